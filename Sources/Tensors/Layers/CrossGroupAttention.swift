/// Attention of the tokens at one place in all groups to each other: those of the bands at a time.
///
/// A lane is a place: 16 of them are attended at once, each by itself. So tokens stay where they are, in panels of
/// which none is filled up, and the softmax has no sums across lanes. There are few groups, and these products are of
/// float32 for any `Numerics`.
package struct CrossGroupAttention: Sendable {
  /// What a projection makes of the tokens: queries, keys and values, one below the other, each in the order of
  /// `Heads.order`.
  package let projected: TokenPanels
  private let heads: Heads

  /// Queries, and likewise keys or channels, that a product takes at a time.
  private static let block = 4
  /// Lanes of a place in memory of one's own.
  private static let lanes = 16
  /// Groups, and what fills up the last block.
  private var filled: Int {
    (projected.groups &+ Self.block &- 1) / Self.block &* Self.block
  }

  /// Room for tokens with the groups of others.
  package init(
    like tokens: TokenPanels, heads: Heads, during stages: ActivationPlan.Stages,
    plan: inout ActivationPlan
  ) {
    projected = plan.tokens(
      channels: 3 * heads.channels, groups: tokens.groups, tokens: tokens.tokens, during: stages)
    self.heads = heads
  }

  /// `output = σ(gate) · softmax(QᵀK)·V` for each head, the results of the heads one below the other.
  ///
  /// - Parameters:
  ///   - rotation: of queries and keys, by the number of their group.
  ///   - gates: panels of the tokens with a channel for each head.
  ///   - output: panels of the tokens, of `Heads.channels`.
  package func attend(
    rotation: RotaryTable, gates: TokenPanels, into output: TokenPanels, workers: Workers
  ) {
    precondition(
      output.count == projected.count && output.channels == heads.channels
        && gates.count == projected.count && gates.channels == heads.count,
      "output and gates must have the tokens, and the heads' channels")
    let parts = Tile.columns / Self.lanes
    workers.run(projected.panelsPerGroup * heads.count * parts) { job, scratch in
      let (place, part) = job.quotientAndRemainder(dividingBy: parts)
      let (panel, head) = place.quotientAndRemainder(dividingBy: heads.count)
      attend(
        head: head, panel: panel, column: part &* Self.lanes, rotation, gates: gates, into: output,
        scratch)
    }
  }

  /// One head for 16 places of a panel.
  private func attend(
    head: Int, panel: Int, column: Int, _ rotation: RotaryTable, gates: TokenPanels,
    into output: TokenPanels, _ scratch: Scratch
  ) {
    var scratch = scratch
    let (groups, room) = (projected.groups, heads.room)
    /// [group][column].
    func matrix(_ columns: Int) -> LaneMatrix {
      LaneMatrix(
        base: scratch.take(filled &* columns &* Self.lanes), row: columns &* Self.lanes,
        column: Self.lanes)
    }
    let (queries, keys, values) = (matrix(room), matrix(room), matrix(room))
    let factors = matrix(1)
    for group in 0..<groups {
      let rows = projected.panel(group &* projected.panelsPerGroup &+ panel) + column
      func part(_ index: Int) -> Floats {
        Floats(rows + (index &* heads.channels &+ head &* room) &* Tile.columns)
      }
      rotation.turn(part(0), position: group, into: queries.at(group, 0))
      rotation.turn(part(1), position: group, into: keys.at(group, 0))
      for channel in 0..<room {
        values.at(group, channel).store(part(2).lanes(channel &* Tile.columns), 0)
      }
    }
    // What fills up the last block is multiplied, and not read.
    for matrix in [queries, keys] {
      matrix.at(groups, 0).update(repeating: 0, count: (filled &- groups) &* matrix.row)
    }

    attend(queries, keys, values, factors: factors, scratch) { query in
      let gate = gates.panel(query &* projected.panelsPerGroup &+ panel)
      return VectorMath.sigmoid(gate.lanes(head &* Tile.columns &+ column))
    }
    for group in 0..<groups {
      let factor = factors.at(group, 0).lanes(0)
      let target =
        output.panel(group &* projected.panelsPerGroup &+ panel)
        + (head &* room &* Tile.columns &+ column)
      for channel in 0..<room {
        target.store(queries.at(group, channel).lanes(0) * factor, channel &* Tile.columns)
      }
    }
  }

  /// Turns queries into sums of values by e^(score − maximum), and writes by what those are to be multiplied.
  ///
  /// - Parameters:
  ///   - queries: [group][channel], likewise keys and values.
  ///   - factors: [group], each the gate divided by the sum of the weights.
  private func attend(
    _ queries: LaneMatrix, _ keys: LaneMatrix, _ values: LaneMatrix, factors: LaneMatrix,
    _ scratch: Scratch, gate: (_ query: Int) -> Lanes
  ) {
    var scratch = scratch
    let groups = projected.groups
    // Of four queries, [key][query].
    let weights = LaneMatrix(
      base: scratch.take(filled &* Self.block &* Self.lanes), row: Self.lanes,
      column: Self.block &* Self.lanes)
    for first in stride(from: 0, to: groups, by: Self.block) {
      let block = queries.part(first, 0)
      for key in stride(from: 0, to: groups, by: Self.block) {
        multiplyLanes4x4(
          block, keys.part(key, 0).turned, depth: heads.width, into: weights.part(0, key))
      }
      for query in first..<min(first &+ Self.block, groups) {
        let sum = Self.softmax(weights.at(query &- first, 0), step: weights.column, keys: groups)
        factors.at(query, 0).store(gate(query) / sum, 0)
      }
      for channel in stride(from: 0, to: heads.room, by: Self.block) {
        // Where the queries were, which are no longer needed.
        multiplyLanes4x4(
          weights, values.part(0, channel), depth: groups, into: block.part(0, channel))
      }
    }
  }

  /// Turns the scores of a query into e^(score − maximum).
  ///
  /// - Parameter step: floats from a key's score to the next.
  /// - Returns: the sum.
  private static func softmax(_ scores: MutableFloats, step: Int, keys: Int) -> Lanes {
    var maximum = scores.lanes(0)
    for key in 1..<max(1, keys) { maximum = maximum.max(scores.lanes(key &* step)) }
    var sum = Lanes.zero
    for key in 0..<keys {
      let weight = VectorMath.exp(scores.lanes(key &* step) - maximum)
      scores.store(weight, key &* step)
      sum += weight
    }
    return sum
  }
}
