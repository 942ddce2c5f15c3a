import Tensors

/// The tokens of both branches, and what their attention needs: first of the frequency branch, then of time.
struct TransformerActivations {
  let tokens: [TokenPanels]
  /// What attention leaves.
  let attended: [TokenPanels]
  /// Of layers that attend to their own branch, and of those that attend to the other.
  let attention: [[AttentionInputs]]

  /// - Parameters:
  ///   - own: the stage of layers that attend to their own branch.
  ///   - cross: the stage of those that attend to the other. They take turns.
  init(
    _ config: HTDemucsConfig, precision: NumberFormat, during own: ActivationPlan.Stages,
    cross: ActivationPlan.Stages, plan: inout ActivationPlan
  ) {
    let stages = own.union(cross)
    let heads = config.heads
    func panels(_ channels: Int) -> [TokenPanels] {
      [
        plan.tokens(
          channels: channels, groups: config.frequencyBins(config.depth),
          tokens: config.segmentSpectra, during: stages),
        plan.tokens(
          channels: channels, tokens: config.timeFrames(config.depth), during: stages),
      ]
    }
    tokens = panels(config.transformerChannels)
    attended = panels(heads.channels)
    let (f, t) = (tokens[0], tokens[1])
    attention = [(own, [(f, f), (t, t)]), (cross, [(f, t), (t, f)])].map { stages, pairs in
      pairs.map { queries, keys in
        AttentionInputs(
          queries: queries, keys: keys, heads: heads, precision: precision, during: stages,
          plan: &plan)
      }
    }
  }
}

extension HTDemucsConfig {
  /// Of the transformer's attention.
  var heads: Heads { Heads(count: tHeads, width: transformerChannels / tHeads) }
}
