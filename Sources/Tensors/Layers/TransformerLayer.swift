/// One layer of one branch of a norm-first transformer: attention, feed-forward, and a GroupNorm(1) of the result.
///
/// Reference: `MyTransformerEncoderLayer` and `CrossTransformerEncoderLayer` in transformer.py. In a
/// cross layer the keys and values come from the other branch's tokens.
package struct TransformerLayer: Sendable {
  let queries: Linear
  let keys: Linear
  let values: Linear
  let output: Linear
  let widen: Linear
  let narrow: Linear
  let normWeight: [Float]
  let normBias: [Float]
  let heads: Int

  /// - Parameters:
  ///   - queries: with the norm before it and 1/√width of a head folded in.
  ///   - keys: with the norm before it folded in; `values` likewise.
  ///   - output: the projection of the attention's result, scaled by LayerScale.
  ///   - widen: the first layer of the feed-forward, with the norm before it folded in.
  ///   - narrow: its second layer, scaled by LayerScale.
  ///   - norm: weight and bias of the GroupNorm at the end.
  package init(
    queries: Linear, keys: Linear, values: Linear, output: Linear, widen: Linear, narrow: Linear,
    norm: (weight: [Float], bias: [Float]), heads: Int
  ) {
    self.queries = queries
    self.keys = keys
    self.values = values
    self.output = output
    self.widen = widen
    self.narrow = narrow
    normWeight = norm.weight
    normBias = norm.bias
    self.heads = heads
  }

  /// x += LayerScale(W·attention), x += LayerScale(feed-forward(LayerNorm(x))) for one panel.
  ///
  /// - Returns: the moments of the tokens that exist.
  func finish(
    _ x: MutableFloats, attention: Floats, valid: Int, _ scratch: Scratch
  ) -> Moments {
    let channels = queries.outputs
    var scratch = scratch
    let tile = scratch.take(Tile.count)
    let normalized = scratch.take(channels &* Tile.columns)
    let hidden = scratch.take(widen.matrix.tiles &* Tile.count)
    let precision = output.matrix.precision
    output.add(
      precision.panel(attention, channels: channels, into: normalized), to: x, tile: tile)
    LayerNorm.normalize(Floats(x), into: normalized, channels: channels)
    precision.panel(Floats(normalized), channels: channels, into: normalized)
    widen(Floats(normalized), into: hidden, tile: tile, VectorMath.gelu)
    narrow.add(Floats(hidden), to: x, tile: tile)
    return moments(Floats(x), valid: valid)
  }

  private func moments(_ x: Floats, valid: Int) -> Moments {
    var sum = Lanes.zero
    var squares = Lanes.zero
    for channel in 0..<queries.outputs {
      for column in stride(from: 0, to: valid, by: 16) {
        let lanes = Rows.masked(x.lanes(channel &* Tile.columns &+ column), valid: valid &- column)
        sum += lanes
        squares = squares.adding(lanes, times: lanes)
      }
    }
    return Moments(sum: Double(sum.sum()), squares: Double(squares.sum()))
  }

  /// x = GroupNorm(x) for one panel, with the statistics of all.
  func normalize(_ x: MutableFloats, _ norm: (mean: Float, scale: Float)) {
    for channel in 0..<queries.outputs {
      let factor = norm.scale * normWeight[channel]
      let scale = Lanes(repeating: factor)
      let shift = Lanes(repeating: normBias[channel] - norm.mean * factor)
      for column in stride(
        from: channel &* Tile.columns, to: (channel &+ 1) &* Tile.columns, by: 16)
      {
        x.store(shift.adding(x.lanes(column), times: scale), column)
      }
    }
  }
}

/// A layer of two branches side by side, each attending to itself or, crossed, to the other.
package struct TransformerLayerPair: Sendable {
  private let layers: [TransformerLayer]
  private let isCross: Bool

  /// - Parameter isCross: each branch attends to the other's tokens as they were before the layer.
  package init(_ first: TransformerLayer, _ second: TransformerLayer, isCross: Bool) {
    layers = [first, second]
    self.isCross = isCross
  }

  /// Applies the layer in place.
  ///
  /// - Parameters:
  ///   - branches: the tokens of both.
  ///   - attention: what each branch attends with: its queries, and the keys and values it looks up.
  ///   - attended: room for each branch's result.
  package func callAsFunction(
    _ branches: [TokenPanels], attention: [AttentionInputs], attended: [TokenPanels],
    workers: Workers
  ) {
    let panels = branches[0].count
    let total = panels + branches[1].count
    func locate(_ job: Int) -> (branch: Int, panel: Int) {
      job < panels ? (0, job) : (1, job - panels)
    }

    workers.run(total) { job, scratch in
      let (branch, panel) = locate(job)
      project(branches[branch], branch, panel, attention, scratch)
    }

    let heads = layers[0].heads
    workers.run(total * heads) { job, scratch in
      let (branch, panel) = locate(job / heads)
      let attend = Attention(
        inputs: attention[branch], width: branches[branch].channels / heads)
      let head = job % heads
      attend(
        head: head, panel: panel,
        into: attended[branch].panel(panel) + head &* attend.width &* Tile.columns,
        scratch)
    }

    let moments = workers.collect(total) { job, scratch in
      let (branch, panel) = locate(job)
      return layers[branch].finish(
        branches[branch].panel(panel), attention: Floats(attended[branch].panel(panel)),
        valid: branches[branch].valid(panel: panel), scratch)
    }
    let norms = [moments[..<panels], moments[panels...]].enumerated().map { branch, moments in
      let tokens = branches[branch]
      return moments.reduce(into: Moments()) { $0.add($1) }
        .normalization(count: tokens.channels * tokens.groups * tokens.tokens)
    }
    workers.run(total) { job, _ in
      let (branch, panel) = locate(job)
      layers[branch].normalize(branches[branch].panel(panel), norms[branch])
    }
  }

  /// Queries for the panel's own branch; keys and values for the branch that attends to it.
  private func project(
    _ tokens: TokenPanels, _ branch: Int, _ panel: Int, _ attention: [AttentionInputs],
    _ scratch: Scratch
  ) {
    var scratch = scratch
    let tile = scratch.take(Tile.count)
    let normalized = scratch.take(tokens.channels &* Tile.columns)
    LayerNorm.normalize(
      Floats(tokens.panel(panel)), into: normalized, channels: tokens.channels)
    let input = attention[branch].precision.panel(
      Floats(normalized), channels: tokens.channels, into: normalized)
    layers[branch].queries(input, into: attention[branch].queries.panel(panel), tile: tile)
    let reader = isCross ? 1 - branch : branch
    layers[reader].keys(input, into: attention[reader].keys.panel(panel), tile: tile)
    layers[reader].values.tiles(input, tile: tile) { index, bias in
      attention[reader].storeValues(Floats(tile), bias: bias, index: index, panel: panel)
    }
  }
}
