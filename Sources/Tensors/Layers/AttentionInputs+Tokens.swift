/// Attention of a whole sequence, whose projections are `TokenLinear`s.
extension AttentionInputs {
  /// What a projection's rows are.
  package enum Part: Sendable {
    case queries
    case keys
    case values
  }

  /// Writes queries, keys and values.
  ///
  /// - Parameters:
  ///   - layer: the projections of all `parts`, one below the other in this order.
  ///   - input: the tokens that ask or are looked up; for all three those of one sequence.
  package func project(
    _ parts: [Part], _ layer: TokenLinear, _ input: TokenPanels, workers: Workers
  ) {
    precondition(precision == .f32, "only float32 is kept in panels of channels")
    precondition(
      layer.outputs == parts.count * keys.channels && keys.channels % Tile.rows == 0,
      "the layer must have the rows of all parts, in whole tiles")
    let tiles = keys.channels / Tile.rows
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.rows) { zeros in
      zeros.initialize(repeating: 0)
      guard let zeros = zeros.baseAddress.map({ Floats($0) }) else { return }
      layer.tiles(input, workers: workers) { tile, index, panel in
        let row = index % tiles
        switch parts[index / tiles] {
        case .queries:
          (queries.panel(panel) + row &* Tile.count).update(from: tile, count: Tile.count)
        case .keys:
          (keys.panel(panel) + row &* Tile.count).update(from: tile, count: Tile.count)
        case .values: storeValues(Floats(tile), bias: zeros, index: row, panel: panel)
        }
      }
    }
  }

  /// `output = softmax(QᵀK + bias)·V` for each head, the results of the heads one below the other.
  ///
  /// - Parameters:
  ///   - heads: of a multiple of 8 channels each.
  ///   - bias: for queries and keys of one group.
  ///   - output: panels of the queries' tokens.
  package func attend(
    heads: Int, bias: RelativeBias? = nil, into output: TokenPanels, workers: Workers
  ) {
    precondition(output.count == queries.count, "output must have the queries' tokens")
    if let bias {
      precondition(
        bias.heads == heads && queries.groups == 1 && keys.groups == 1
          && max(queries.tokens, keys.tokens) <= bias.tokens,
        "the bias must reach over all queries and keys")
    }
    let attend = Attention(inputs: self, width: output.channels / heads, bias: bias)
    workers.run(queries.count * heads) { job, scratch in
      let (panel, head) = job.quotientAndRemainder(dividingBy: heads)
      attend(
        head: head, panel: panel,
        into: output.panel(panel) + head &* attend.width &* Tile.columns, scratch)
    }
  }
}
