/// Queries, keys and values of one attention, all heads, in the orders in which its two products read them.
///
/// Queries and keys are panels `[C, 48]`; values are tiles of 8 channels of a head, `[C / 8][token][8]`. In
/// 16 bits, pairs are of channels in the former and of tokens in the latter.
package struct AttentionInputs: Sendable {
  let queries: TokenPanels
  let keys: TokenPanels
  let heads: Heads
  /// What both products multiply.
  let precision: NumberFormat
  /// Whether each group of queries attends to the same group of keys only.
  let isPerGroup: Bool
  /// As much as the keys take, in an order of their own.
  private let values: TokenPanels

  /// What a projection's rows are.
  package enum Part: Sendable {
    case queries(HeadNorm? = nil, RotaryTable? = nil)
    case keys(HeadNorm? = nil, RotaryTable? = nil)
    case values
  }

  /// Room for the queries of some tokens and the keys and values of others.
  package init(
    queries: TokenPanels, keys: TokenPanels, heads: Heads, precision: NumberFormat,
    perGroup: Bool = false
  ) {
    self = ActivationPlan.allocate { plan in
      AttentionInputs(
        queries: queries, keys: keys, heads: heads, precision: precision, perGroup: perGroup,
        during: .init(0), plan: &plan)
    }
  }

  /// The same among a network's other activations.
  package init(
    queries: TokenPanels, keys: TokenPanels, heads: Heads, precision: NumberFormat,
    perGroup: Bool = false, during stages: ActivationPlan.Stages, plan: inout ActivationPlan
  ) {
    precondition(precision != .int8, "attention multiplies what has no scales")
    precondition(!perGroup || queries.groups == keys.groups, "there must be as many groups of keys")
    func room(_ tokens: TokenPanels) -> TokenPanels {
      plan.tokens(
        channels: precision.words(heads.channels), groups: tokens.groups, tokens: tokens.tokens,
        during: stages)
    }
    self.queries = room(queries)
    self.keys = room(keys)
    values = room(keys)
    self.heads = heads
    self.precision = precision
    isPerGroup = perGroup
  }

  /// The values of 8 channels from token `panel · 48` on, `[token][8]`.
  @inline(__always) func values(tile: Int, panel: Int) -> MutableFloats {
    values.panel(0)
      + (tile &* keys.count &+ panel) &* precision.words(Tile.columns) &* Tile.rows
  }

  /// The panels of the keys that a panel of queries attends to.
  func keyPanels(for panel: Int) -> Range<Int> {
    guard isPerGroup else { return 0..<keys.count }
    let group = panel / queries.panelsPerGroup
    return group &* keys.panelsPerGroup..<(group &+ 1) &* keys.panelsPerGroup
  }

  /// Writes a tile `[8][48]` of values in their order.
  @inline(__always) func storeValues(_ tile: Floats, index: Int, panel: Int) {
    let target = values(tile: index, panel: panel)
    for row in 0..<Tile.rows {
      let source = tile + row &* Tile.columns
      if precision == .f32 {
        for token in 0..<Tile.columns { target[token &* Tile.rows &+ row] = source[token] }
      } else {
        for pair in 0..<Tile.columns / 2 {
          target[pair &* Tile.rows &+ row] = Narrowing.pair(
            source[2 &* pair], source[2 &* pair &+ 1], as: precision)
        }
      }
    }
  }

  /// Writes queries, keys or values of one panel of tokens.
  ///
  /// - Parameters:
  ///   - part: without a norm and a rotation.
  ///   - layer: the projection, in the order of `Heads.order`.
  ///   - words: the panel, in the words of the layer's products.
  package func project(
    _ part: Part, _ layer: Linear, _ words: Panel, panel: Int, _ scratch: Scratch
  ) {
    switch part {
    case .queries: layer(words, into: queries[panel], words: precision, scratch)
    case .keys: layer(words, into: keys[panel], words: precision, scratch)
    case .values:
      layer.tiles(words, scratch) { tile, index in
        storeValues(Floats(tile), index: index, panel: panel)
      }
    }
  }

  /// Writes queries, keys and values of all tokens.
  ///
  /// - Parameters:
  ///   - layer: the projections of all `parts`, one below the other, each in the order of `Heads.order`.
  ///   - input: the tokens of the queries, or of keys and values; for all three those of one sequence.
  package func project(
    _ parts: [Part], _ layer: Linear, _ input: TokenPanels, workers: Workers
  ) {
    precondition(
      layer.outputs == parts.count * heads.channels, "the layer must have the rows of all parts")
    let tiles = heads.channels / Tile.rows
    // Norms and rotations are of float32.
    let channels = precision == .f32 ? 0 : parts.count * heads.channels
    workers.withTokens(channels: channels, like: input) { wide in
      func panel(_ part: Int, _ panel: Int) -> MutableFloats {
        if channels > 0 { return wide.panel(panel) + part &* tiles &* Tile.count }
        return parts[part].isQueries ? queries.panel(panel) : keys.panel(panel)
      }
      layer.tiles(input, workers: workers) { tile, index, place in
        let (part, row) = index.quotientAndRemainder(dividingBy: tiles)
        if case .values = parts[part] {
          storeValues(Floats(tile), index: row, panel: place)
        } else {
          (panel(part, place) + row &* Tile.count).update(from: tile, count: Tile.count)
        }
      }
      for (number, part) in parts.enumerated() {
        switch part {
        case .queries(let norm, let rotation), .keys(let norm, let rotation):
          if channels == 0, norm == nil, rotation == nil { continue }
          let target = part.isQueries ? queries : keys
          workers.run(target.count) {
            finish(panel(number, $0), norm, rotation, panel: $0, into: target)
          }
        case .values: continue
        }
      }
    }
  }

  /// Normalises each head of a panel of float32 and turns it by its position, and brings it into words.
  private func finish(
    _ rows: MutableFloats, _ norm: HeadNorm?, _ rotation: RotaryTable?, panel: Int,
    into target: TokenPanels
  ) {
    for head in 0..<heads.count {
      let rows = rows + head &* heads.room &* Tile.columns
      norm?(rows)
      rotation?.turn(rows, panel: panel % target.panelsPerGroup)
    }
    precision.panel(Panel(rows), channels: heads.channels, into: target[panel])
  }

  /// `output = softmax(QᵀK + bias)·V` for each head, the results of the heads one below the other.
  ///
  /// - Parameters:
  ///   - bias: for queries and keys of one group, or per group.
  ///   - gates: panels of the queries' tokens with a channel for each head, by whose sigmoid its results are
  ///     multiplied; nil is none.
  ///   - output: panels of the queries' tokens, of `Heads.channels`.
  package func attend(
    bias: RelativeBias? = nil, gates: TokenPanels? = nil, into output: TokenPanels,
    workers: Workers
  ) {
    precondition(
      output.count == queries.count && output.channels == heads.channels,
      "output must have the queries' tokens and the heads' channels")
    if let bias {
      precondition(
        bias.heads == heads.count && (isPerGroup || max(queries.groups, keys.groups) == 1)
          && max(queries.tokens, keys.tokens) <= bias.tokens
          && bias.tableOfGroup.map { $0.count == queries.groups } ?? true,
        "the bias must reach over all queries and keys")
    }
    workers.run(queries.count * heads.count) { job, scratch in
      let (panel, head) = job.quotientAndRemainder(dividingBy: heads.count)
      attend(head: head, panel: panel, bias: bias, gates: gates, into: output, scratch)
    }
  }

  /// `target += gate ⊙ (W·attention + b)`.
  ///
  /// - Parameters:
  ///   - output: the projection of the results, with columns in the order of `Heads.order`.
  ///   - gate: a factor for each of its channels; nil is 1.
  package func attend(
    bias: RelativeBias? = nil, gates: TokenPanels? = nil, through output: Linear,
    addingTo target: TokenPanels, gate: Floats? = nil, workers: Workers
  ) {
    workers.withTokens(channels: heads.channels, like: queries) { attended in
      attend(bias: bias, gates: gates, into: attended, workers: workers)
      output.add(attended, to: target, gate: gate, workers: workers)
    }
  }

  /// The result of one head for one panel of queries.
  package func attend(
    head: Int, panel: Int, bias: RelativeBias? = nil, gates: TokenPanels? = nil,
    into output: TokenPanels, _ scratch: Scratch
  ) {
    let target = output.panel(panel) + head &* heads.room &* Tile.columns
    Attention(inputs: self, bias: bias)(head: head, panel: panel, into: target, scratch)
    guard let gates else { return }
    let gate = gates.panel(panel) + head &* Tile.columns
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      let factor = VectorMath.sigmoid(gate.lanes(column))
      for row in 0..<heads.room {
        let index = row &* Tile.columns &+ column
        target.store(target.lanes(index) * factor, index)
      }
    }
  }
}

extension AttentionInputs.Part {
  fileprivate var isQueries: Bool {
    if case .queries = self { true } else { false }
  }
}
