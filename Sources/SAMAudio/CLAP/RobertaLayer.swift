import Checkpoints
import Tensors

/// A layer of RoBERTa: attention of the tokens to each other, then a feed-forward layer, each with a norm behind it
/// (`RobertaLayer`).
struct RobertaLayer {
  private let epsilon: Float
  /// Queries, keys and values, one below the other; 1/√d is folded in.
  private let projection: Linear
  private let output: Linear
  private let attentionNorm: NormFactors
  private let feedForward: FeedForward
  private let norm: NormFactors

  /// - Parameter weights: at `encoder.layer.N`.
  init(_ weights: Weights, config: RobertaConfig, numerics: Numerics) throws {
    let (width, hidden, heads) = (config.hiddenSize, config.intermediateSize, config.heads)
    let attention = weights["attention"]
    let parts = try ["query", "key", "value"].map {
      try attention["self"][$0].affine([width, width])
    }
    let scale = 1 / Float(heads.width).squareRoot()
    epsilon = Float(config.layerNormEps)
    projection = Linear(
      weight: parts.flatMap { $0.weight }, bias: parts.flatMap { $0.bias },
      scale: (0..<3 * width).map { $0 < width ? scale : 1 }, rows: heads.order(parts: 3),
      numerics: numerics)
    let dense = try attention["output"]["dense"].affine([width, width])
    output = Linear(
      weight: dense.weight, bias: dense.bias, columns: heads.order(), numerics: numerics)
    attentionNorm = NormFactors(try attention["output"]["LayerNorm"].affine([width]))
    let first = try weights["intermediate"]["dense"].affine([hidden, width])
    let second = try weights["output"]["dense"].affine([width, hidden])
    feedForward = FeedForward(
      up: Linear(weight: first.weight, bias: first.bias, activation: .gelu, numerics: numerics),
      down: Linear(weight: second.weight, bias: second.bias, numerics: numerics))
    norm = NormFactors(try weights["output"]["LayerNorm"].affine([width]))
  }

  /// Applies the layer in place.
  ///
  /// - Parameters:
  ///   - tokens: [D, S].
  ///   - inputs: memory of the attention.
  func callAsFunction(_ tokens: TokenPanels, _ inputs: AttentionInputs, workers: Workers) {
    inputs.project([.queries(), .keys(), .values], projection, tokens, workers: workers)
    inputs.attend(through: output, addingTo: tokens, workers: workers)
    attentionNorm.layerNormalize(tokens, epsilon: epsilon, workers: workers)
    feedForward.add(tokens, to: tokens, workers: workers)
    norm.layerNormalize(tokens, epsilon: epsilon, workers: workers)
  }
}
