import Tensors

/// The tokens of both branches, and what their attention needs: first of the frequency branch, then of time.
struct TransformerMemory {
  let tokens: [TokenPanels]
  /// What attention leaves.
  let attended: [TokenPanels]
  /// What is added to the tokens at first.
  let positions: [TokenPanels]
  /// Of layers that attend to their own branch, and of those that attend to the other.
  let attention: [[AttentionInputs]]

  init(_ config: HTDemucsConfig, workers: Workers, numerics: Numerics) {
    let channels = config.transformerChannels
    func panels(_ channels: Int) -> [TokenPanels] {
      [
        TokenPanels(
          channels: channels, groups: config.frequencyBins(config.depth),
          tokens: config.segmentSpectra),
        TokenPanels(channels: channels, groups: 1, tokens: config.timeFrames(config.depth)),
      ]
    }
    tokens = panels(channels)
    attended = panels(config.heads.channels)
    positions = panels(channels)
    PositionalEmbedding.frequencyAndTime(positions[0], workers)
    PositionalEmbedding.time(positions[1], workers)
    let (f, t) = (tokens[0], tokens[1])
    attention = [[(f, f), (t, t)], [(f, t), (t, f)]].map { pairs in
      pairs.map {
        AttentionInputs(
          queries: $0, keys: $1, heads: config.heads, precision: numerics.multiplied)
      }
    }
  }
}

extension HTDemucsConfig {
  /// Of the transformer's attention.
  var heads: Heads { Heads(count: tHeads, width: transformerChannels / tHeads) }
}
