import Checkpoints
import Tensors

/// A layer of T5's encoder: attention of the tokens to each other, then a feed-forward layer (`T5Block`).
struct T5Layer {
  private let epsilon: Float
  private let attentionNorm: FloatStorage
  /// Queries, keys and values, one below the other.
  private let projection: Linear
  private let output: Linear
  private let feedForwardNorm: FloatStorage
  private let feedForward: FeedForward

  /// - Parameter weights: at `encoder.block.N.layer`.
  init(_ weights: Weights, config: T5Config, numerics: Numerics, workers: Workers) throws {
    let (width, inner, hidden) = (config.dModel, config.inner, config.dFF)
    func norm(_ part: Weights) throws -> FloatStorage {
      FloatStorage(try part["layer_norm"].floats("weight", shape: [width]))
    }
    func linear(_ rows: StoredRows, _ activation: Activation = .none) -> Linear {
      Linear(Matrix([rows], numerics: numerics, workers: workers), activation: activation)
    }
    epsilon = Float(config.layerNormEpsilon)
    attentionNorm = try norm(weights[0])
    let attention = weights[0]["SelfAttention"]
    func projected(_ name: String) throws -> StoredRows {
      try attention[name].rows("weight", shape: [inner, width])
    }
    projection = Linear(
      Matrix(
        [try projected("q"), try projected("k"), try projected("v")],
        rows: config.heads.order(parts: 3), numerics: numerics, workers: workers))
    output = Linear(
      Matrix(
        [try attention["o"].rows("weight", shape: [width, inner])], columns: config.heads.order(),
        numerics: numerics, workers: workers))
    feedForwardNorm = try norm(weights[1])
    let dense = weights[1]["DenseReluDense"]
    feedForward = FeedForward(
      up: linear(try dense["wi"].rows("weight", shape: [hidden, width]), .relu),
      down: linear(try dense["wo"].rows("weight", shape: [width, hidden])))
  }

  /// Applies the layer in place.
  ///
  /// - Parameters:
  ///   - tokens: [D, S].
  ///   - inputs: memory of the attention.
  func callAsFunction(
    _ tokens: TokenPanels, _ inputs: AttentionInputs, bias: RelativeBias, workers: Workers
  ) {
    workers.withTokens(channels: tokens.channels, like: tokens) { normalized in
      tokens.rmsNormalize(
        into: normalized, scale: Floats(attentionNorm.base), epsilon: epsilon, workers: workers)
      // Scores are not scaled by the heads' width.
      inputs.project([.queries(), .keys(), .values], projection, normalized, workers: workers)
      inputs.attend(bias: bias, through: output, addingTo: tokens, workers: workers)

      tokens.rmsNormalize(
        into: normalized, scale: Floats(feedForwardNorm.base), epsilon: epsilon, workers: workers)
      feedForward.add(normalized, to: tokens, workers: workers)
    }
  }
}
