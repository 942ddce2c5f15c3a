import Tensors

/// What stays in memory for a window of some frames and a text of some tokens, planned once.
final class DiffusionMemory {
  let workers: Workers
  /// The state, or the mixture's features, or the velocity: [2C, T].
  let state: TokenPanels
  /// What stays the same within a window, [D, T].
  let prepared: TokenPanels
  /// What the layers change, [D, T].
  let frames: TokenPanels
  /// What comes into a product: [D, T].
  let inner: TokenPanels
  /// The time's rows of a layer.
  let modulation: FloatStorage
  let rotation: RotaryTable
  let attention: AttentionInputs
  let crossAttention: AttentionInputs
  let text: TextMemory

  init(
    _ config: SAMAudioConfig, frames count: Int, textTokens: Int, precision: NumberFormat,
    workers: Workers
  ) {
    let (width, heads) = (config.transformer.dim, config.transformer.heads)
    func panels(_ channels: Int) -> TokenPanels {
      TokenPanels(channels: channels, groups: 1, tokens: count)
    }
    self.workers = workers
    state = panels(config.stateChannels)
    prepared = panels(width)
    frames = panels(width)
    inner = panels(width)
    modulation = FloatStorage(count: 6 * width)
    rotation = RotaryTable(
      width: config.transformer.headDim, tokens: count, theta: config.transformer.ropeTheta,
      workers: workers)
    text = TextMemory(config, tokens: textTokens)
    attention = AttentionInputs(
      queries: frames, keys: frames, heads: heads, precision: precision)
    crossAttention = AttentionInputs(
      queries: frames, keys: text.embedded, heads: heads, precision: precision)
  }

  /// Whether a window and a text of these sizes fit.
  func fits(frames count: Int, textTokens: Int) -> Bool {
    frames.tokens == count && text.embedded.tokens == textTokens
  }
}

/// A text on its way to the keys and values.
struct TextMemory {
  /// As it comes in, [tokens] of the text encoder's width.
  let features: TokenPanels
  let projected: TokenPanels
  let timed: TokenPanels
  /// What the layers attend to, [D].
  let embedded: TokenPanels

  init(_ config: SAMAudioConfig, tokens: Int) {
    func panels(_ channels: Int) -> TokenPanels {
      TokenPanels(channels: channels, groups: 1, tokens: tokens)
    }
    features = panels(config.textEncoder.dim)
    projected = panels(config.transformer.dim)
    timed = panels(config.transformer.dim)
    embedded = panels(config.transformer.dim)
  }
}
