/// Queries, keys and values of one attention, all heads, in the orders in which its two products read them.
///
/// Queries and keys are panels `[C, 48]`; values are tiles of 8 channels of a head, `[C / 8][token][8]`. In
/// bfloat16, pairs are of channels in the former and of tokens in the latter.
package struct AttentionInputs: Sendable {
  let queries: TokenPanels
  let keys: TokenPanels
  let precision: Precision
  private let values: FloatStorage

  /// Room for the queries of some tokens and the keys and values of others.
  package init(queries: TokenPanels, keys: TokenPanels, precision: Precision) {
    func room(_ tokens: TokenPanels) -> TokenPanels {
      TokenPanels(
        channels: precision.words(tokens.channels), groups: tokens.groups, tokens: tokens.tokens)
    }
    self.queries = room(queries)
    self.keys = room(keys)
    self.precision = precision
    values = FloatStorage(
      count: keys.count * precision.words(Tile.columns) * Tile.tiles(keys.channels) * Tile.rows)
  }

  /// The values of 8 channels from token `panel · 48` on, `[token][8]`.
  @inline(__always) func values(tile: Int, panel: Int) -> MutableFloats {
    values.base
      + (tile &* keys.count &+ panel) &* precision.words(Tile.columns) &* Tile.rows
  }

  /// Writes a tile `[8][48]` of values in their order.
  @inline(__always) func storeValues(_ tile: Floats, bias: Floats, index: Int, panel: Int) {
    let target = values(tile: index, panel: panel)
    for row in 0..<Tile.rows {
      let offset = bias[row]
      let source = tile + row &* Tile.columns
      switch precision {
      case .f32:
        for token in 0..<Tile.columns {
          target[token &* Tile.rows &+ row] = source[token] + offset
        }
      case .bf16:
        for pair in 0..<Tile.columns / 2 {
          target[pair &* Tile.rows &+ row] = Narrowing.pair(
            source[2 &* pair] + offset, source[2 &* pair &+ 1] + offset)
        }
      }
    }
  }
}

/// softmax(QᵀK)·V in blocks of keys with a running maximum: the scores of 48 queries against a block
/// stay in the cache, and no others exist.
///
/// The queries carry the factor 1/√d already. Scores stand as `[key][48 queries]`: each lane is a query, so
/// the softmax has no sums across lanes, and the block is the panel that the second product reads.
/// Source: Dao and others, FlashAttention (2022); Milakov and Gimelshein, Online normalizer calculation
/// for softmax (2018).
struct Attention {
  let inputs: AttentionInputs
  /// Channels of a head: a multiple of 8.
  let width: Int
  /// What is added to the scores, where queries and keys are of one group each.
  var bias: RelativeBias?

  /// Keys of a block, in panels: 240 keys of 48 scores are 46 kB.
  static let blockPanels = 5

  /// Computes one head's output for one panel of queries: `output[width][48]`.
  func callAsFunction(head: Int, panel: Int, into output: MutableFloats, _ scratch: Scratch) {
    let precision = inputs.precision
    let queries = Floats(
      inputs.queries.panel(panel) + head &* precision.words(width) &* Tile.columns)
    var scratch = scratch
    let maxima = scratch.take(Tile.columns)
    let sums = scratch.take(Tile.columns)
    let scores = scratch.take(Attention.blockPanels &* Tile.columns &* Tile.columns)
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      maxima.store(Lanes(repeating: -Float.greatestFiniteMagnitude), column)
      sums.store(.zero, column)
    }
    let total = inputs.keys.count
    var first = 0
    while first < total {
      let panels = first..<min(first + Attention.blockPanels, total)
      let keys = score(queries, head: head, panels: panels, scores)
      if let bias { add(bias, head: head, query: panel, panels: panels, scores) }
      rescale(scores, keys: keys, maxima, sums, output, isFirst: first == 0)
      for index in 0..<width / Tile.rows {
        multiplyTile(
          Floats(inputs.values(tile: head &* width / Tile.rows &+ index, panel: first)),
          panel: Floats(scores), depth: precision.words(keys), precision: precision,
          into: output + index &* Tile.count, accumulate: first > 0)
      }
      first = panels.upperBound
    }
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      let scale = Lanes(repeating: 1) / sums.lanes(column)
      for row in 0..<width {
        let index = row &* Tile.columns &+ column
        output.store(output.lanes(index) * scale, index)
      }
    }
  }

  /// scores[key][query] for a block of keys; those that do not exist get −∞. Returns the keys.
  private func score(
    _ queries: Floats, head: Int, panels: Range<Int>, _ scores: MutableFloats
  ) -> Int {
    let depth = inputs.precision.words(width)
    for panel in panels {
      let keys = Floats(inputs.keys.panel(panel) + head &* depth &* Tile.columns)
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
    // The keys behind the last one have no weight: most of a short text's panel.
    let last = (inputs.keys.valid(panel: panels.upperBound &- 1) &+ 7) & ~7
    return (panels.count &- 1) &* Tile.columns &+ last
  }

  /// Adds the bias to the scores of keys that exist.
  private func add(
    _ bias: RelativeBias, head: Int, query: Int, panels: Range<Int>, _ scores: MutableFloats
  ) {
    for panel in panels {
      for index in 0..<inputs.keys.valid(panel: panel) {
        let key = panel &* Tile.columns &+ index
        let row = bias.row(head: head, query: query &* Tile.columns, key: key)
        let scores = scores + (key &- panels.lowerBound &* Tile.columns) &* Tile.columns
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
      var sum = Lanes.zero
      switch inputs.precision {
      case .f32:
        for key in 0..<keys {
          let index = key &* Tile.columns &+ column
          let weight = VectorMath.exp(scores.lanes(index) - maximum)
          scores.store(weight, index)
          sum += weight
        }
      case .bf16:
        for pair in 0..<keys / 2 {
          let index = 2 &* pair &* Tile.columns &+ column
          let low = VectorMath.exp(scores.lanes(index) - maximum)
          let high = VectorMath.exp(scores.lanes(index &+ Tile.columns) - maximum)
          scores.store(Narrowing.pair(low, high), pair &* Tile.columns &+ column)
          sum += low + high
        }
      }
      let factor = VectorMath.exp(old - maximum)
      sums.store(sum.adding(factor, times: sums.lanes(column)), column)
      if isFirst { continue }
      for row in 0..<width {
        let index = row &* Tile.columns &+ column
        output.store(output.lanes(index) * factor, index)
      }
    }
  }
}
