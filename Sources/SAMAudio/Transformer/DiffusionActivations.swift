import Tensors

/// The activations of a window of some frames and a text of some tokens.
struct DiffusionActivations {
  /// The mixture's features, or the state, or the velocity: [2C, T].
  let state: TokenPanels
  /// What stays the same within a window, [D, T].
  let prepared: TokenPanels
  /// What the layers change, [D, T].
  let frames: TokenPanels
  /// What comes into a product: [D, T].
  let inner: TokenPanels
  let attention: AttentionInputs
  let crossAttention: AttentionInputs
  let text: TextActivations

  /// How many floats they take.
  static func floats(
    _ config: SAMAudioConfig, frames: Int, textTokens: Int, precision: NumberFormat
  ) -> Int {
    ActivationPlan.floats {
      DiffusionActivations(
        config, frames: frames, textTokens: textTokens, precision: precision, plan: &$0)
    }
  }

  init(
    _ config: SAMAudioConfig, frames count: Int, textTokens: Int, precision: NumberFormat,
    plan: inout ActivationPlan
  ) {
    let (width, heads) = (config.transformer.dim, config.transformer.layer.heads)
    func panels(_ channels: Int, _ stages: ActivationPlan.Stages) -> TokenPanels {
      plan.tokens(channels: channels, tokens: count, during: stages)
    }
    state = panels(config.stateChannels, [.preparation, .input, .output])
    prepared = panels(width, .all)
    frames = panels(width, [.input, .text, .layers, .output])
    inner = panels(width, [.input, .layers, .output])
    text = TextActivations(config, tokens: textTokens, plan: &plan)
    attention = AttentionInputs(
      queries: frames, keys: frames, heads: heads, precision: precision, during: .attention,
      plan: &plan)
    crossAttention = AttentionInputs(
      queries: frames, keys: text.embedded, heads: heads, precision: precision,
      during: .crossAttention, plan: &plan)
  }
}

/// A text on its way to the keys and values.
struct TextActivations {
  /// As it comes in, [tokens] of the text encoder's width.
  let features: TokenPanels
  let projected: TokenPanels
  let timed: TokenPanels
  /// What the layers attend to, [D].
  let embedded: TokenPanels

  init(_ config: SAMAudioConfig, tokens: Int, plan: inout ActivationPlan) {
    func panels(_ channels: Int, _ stages: ActivationPlan.Stages) -> TokenPanels {
      plan.tokens(channels: channels, tokens: tokens, during: stages)
    }
    features = panels(config.textEncoder.dim, .preparation)
    projected = panels(config.transformer.dim, .all)
    timed = panels(config.transformer.dim, .text)
    embedded = panels(config.transformer.dim, [.text, .layers])
  }
}

/// Of a window, the preparation; then, at each time: frames, text, layers, whose attentions take turns, velocity.
extension ActivationPlan.Stages {
  fileprivate static let preparation = Self(0)
  fileprivate static let input = Self(1)
  fileprivate static let text = Self(2)
  fileprivate static let attention = Self(3)
  fileprivate static let crossAttention = Self(4)
  fileprivate static let feedForward = Self(5)
  fileprivate static let output = Self(6)
  fileprivate static let layers: Self = [.attention, .crossAttention, .feedForward]
  fileprivate static let all = Self(0...6)
}
