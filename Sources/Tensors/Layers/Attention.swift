/// softmax(QᵀK)·V in blocks of keys with a running maximum: the scores of 48 queries against a block
/// stay in the cache, and no others exist.
///
/// The queries carry the factor 1/√d already. Scores stand as `[key][48 queries]`: each lane is a query, so
/// the softmax has no sums across lanes, and the block is the panel that the second product reads.
/// Source: Dao and others, FlashAttention (2022); Milakov and Gimelshein, Online normalizer calculation
/// for softmax (2018).
struct Attention {
  let inputs: AttentionInputs
  /// What is added to the scores.
  let bias: RelativeBias?

  /// Channels that a head takes up.
  private var room: Int { inputs.heads.room }

  /// Keys of a block, in panels: 240 keys of 48 scores are 46 kB.
  static let blockPanels = 5

  /// Computes one head's output for one panel of queries: `output[room][48]`.
  func callAsFunction(head: Int, panel: Int, into output: MutableFloats, _ scratch: Scratch) {
    let precision = inputs.precision
    let queries = Floats(
      inputs.queries.panel(panel) + head &* precision.words(room) &* Tile.columns)
    var scratch = scratch
    let maxima = scratch.take(Tile.columns)
    let sums = scratch.take(Tile.columns)
    let scores = scratch.take(Attention.blockPanels &* Tile.columns &* Tile.columns)
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      maxima.store(Lanes(repeating: -Float.greatestFiniteMagnitude), column)
      sums.store(.zero, column)
    }
    let all = inputs.keyPanels(for: panel)
    var first = all.lowerBound
    while first < all.upperBound {
      let panels = first..<min(first + Attention.blockPanels, all.upperBound)
      let isFirst = first == all.lowerBound
      let keys = score(queries, head: head, panels: panels, scores)
      if let bias { add(bias, head: head, query: panel, panels: panels, scores) }
      rescale(scores, keys: keys, maxima, sums, output, isFirst: isFirst)
      for index in 0..<room / Tile.rows {
        multiplyTile(
          Floats(inputs.values(tile: head &* room / Tile.rows &+ index, panel: first)),
          panel: Floats(scores), depth: precision.words(keys), precision: precision,
          into: output + index &* Tile.count, accumulate: !isFirst)
      }
      first = panels.upperBound
    }
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      let scale = Lanes(repeating: 1) / sums.lanes(column)
      for row in 0..<room {
        let index = row &* Tile.columns &+ column
        output.store(output.lanes(index) * scale, index)
      }
    }
  }

  /// scores[key][query] for a block of keys; those that do not exist get −∞. Returns the keys.
  private func score(
    _ queries: Floats, head: Int, panels: Range<Int>, _ scores: MutableFloats
  ) -> Int {
    let depth = inputs.precision.words(inputs.heads.width)
    for panel in panels {
      let keys = Floats(
        inputs.keys.panel(panel) + head &* inputs.precision.words(room) &* Tile.columns)
      let block = scores + (panel &- panels.lowerBound) &* Tile.columns &* Tile.columns
      let valid = inputs.keys.valid(panel: panel)
      for key in stride(from: 0, to: valid, by: Tile.rows) {
        multiplyTile(
          keys + key, aStride: Tile.columns, panel: queries, depth: depth,
          precision: inputs.precision, into: block + key &* Tile.columns)
      }
      for index in stride(from: valid &* Tile.columns, to: Tile.columns &* Tile.columns, by: 16) {
        block.store(Lanes(repeating: -Float.greatestFiniteMagnitude), index)
      }
    }
    // The keys after the last one have no weight: most of a short text's panel.
    let last = (inputs.keys.valid(panel: panels.upperBound &- 1) &+ 7) & ~7
    return (panels.count &- 1) &* Tile.columns &+ last
  }

  /// Adds the bias to the scores of keys that exist.
  private func add(
    _ bias: RelativeBias, head: Int, query: Int, panels: Range<Int>, _ scores: MutableFloats
  ) {
    // Positions begin anew in each group.
    let (group, query) = query.quotientAndRemainder(dividingBy: inputs.queries.panelsPerGroup)
    for panel in panels {
      let first = panel % inputs.keys.panelsPerGroup &* Tile.columns
      let block = scores + (panel &- panels.lowerBound) &* Tile.columns &* Tile.columns
      for index in 0..<inputs.keys.valid(panel: panel) {
        let row = bias.row(
          group: group, head: head, query: query &* Tile.columns, key: first &+ index)
        let scores = block + index &* Tile.columns
        for column in stride(from: 0, to: Tile.columns, by: 16) {
          scores.store(scores.lanes(column) + row.lanes(column), column)
        }
      }
    }
  }

  /// Turns scores into words of e^(score − maximum), and brings what was summed so far to the new maximum.
  private func rescale(
    _ scores: MutableFloats, keys: Int, _ maxima: MutableFloats, _ sums: MutableFloats,
    _ output: MutableFloats, isFirst: Bool
  ) {
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      let old = maxima.lanes(column)
      var maximum = old
      for key in 0..<keys {
        maximum = maximum.max(scores.lanes(key &* Tile.columns &+ column))
      }
      maxima.store(maximum, column)
      let sum = weigh(scores + column, keys: keys, maximum)
      let factor = VectorMath.exp(old - maximum)
      sums.store(sum.adding(factor, times: sums.lanes(column)), column)
      if isFirst { continue }
      for row in 0..<room {
        let index = row &* Tile.columns &+ column
        output.store(output.lanes(index) * factor, index)
      }
    }
  }
  /// Turns 16 queries' scores into words of e^(score − maximum).
  ///
  /// - Returns: the sums of the weights.
  @inline(__always) private func weigh(
    _ scores: MutableFloats, keys: Int, _ maximum: Lanes
  ) -> Lanes {
    switch inputs.precision {
    case .f32, .int8:
      var sum = Lanes.zero
      for key in 0..<keys {
        let weight = VectorMath.exp(scores.lanes(key &* Tile.columns) - maximum)
        scores.store(weight, key &* Tile.columns)
        sum += weight
      }
      return sum
    case .bf16: return weigh(scores, keys: keys, maximum) { Narrowing.bfloats($0, $1) }
    case .f16: return weigh(scores, keys: keys, maximum) { Narrowing.halves($0, $1) }
    }
  }

  @inline(__always) private func weigh(
    _ scores: MutableFloats, keys: Int, _ maximum: Lanes, _ pair: (Lanes, Lanes) -> Lanes
  ) -> Lanes {
    var sum = Lanes.zero
    for index in 0..<keys / 2 {
      let row = 2 &* index &* Tile.columns
      let low = VectorMath.coarseExp(scores.lanes(row) - maximum)
      let high = VectorMath.coarseExp(scores.lanes(row &+ Tile.columns) - maximum)
      scores.store(pair(low, high), index &* Tile.columns)
      sum += low + high
    }
    return sum
  }
}
