import Checkpoints
import Tensors

/// A layer of a tower: self-attention and a feed-forward layer, each after a norm; the diffusion transformer's layer
/// without time and text.
struct TowerLayer {
  private let attentionNorm: FloatStorage
  private let attention: NormalizedAttention
  private let feedForwardNorm: FloatStorage
  private let feedForward: FeedForward
  private let epsilon: Float

  /// - Parameter weights: at `layers.N`.
  init(_ weights: Weights, sizes: LayerSizes, numerics: Numerics, workers: Workers) throws {
    func norm(_ name: String) throws -> FloatStorage {
      FloatStorage(try weights[name].floats("weight", shape: [sizes.width]))
    }
    attentionNorm = try norm("attention_norm")
    attention = try NormalizedAttention(
      weights["attention"], sizes: sizes, numerics: numerics, workers: workers)
    feedForwardNorm = try norm("ffn_norm")
    feedForward = try FeedForward(
      weights["feed_forward"], inputs: sizes.width, hidden: sizes.hidden, outputs: sizes.width,
      numerics: numerics, workers: workers)
    epsilon = sizes.epsilon
  }

  /// Applies the layer in place.
  ///
  /// - Parameters:
  ///   - frames: [D, T].
  ///   - inner: room for [D, T].
  ///   - inputs: memory of the attention.
  func callAsFunction(
    _ frames: TokenPanels, inner: TokenPanels, inputs: AttentionInputs, rotation: RotaryTable,
    workers: Workers
  ) {
    frames.rmsNormalize(
      into: inner, scale: Floats(attentionNorm.base), epsilon: epsilon, workers: workers)
    attention(
      inner, attendingTo: inner, inputs: inputs, rotation: rotation, addedTo: frames, gate: nil,
      workers: workers)
    frames.rmsNormalize(
      into: inner, scale: Floats(feedForwardNorm.base), epsilon: epsilon, workers: workers)
    feedForward.add(inner, to: frames, workers: workers)
  }
}
