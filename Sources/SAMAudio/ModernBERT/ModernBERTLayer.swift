import Checkpoints
import Tensors

/// A layer of ModernBERT: attention of the tokens to each other, then a feed-forward layer with a gate, each after a
/// norm without a bias (`ModernBertEncoderLayer`).
struct ModernBERTLayer {
  /// Nil in the first layer.
  private let attentionNorm: FloatStorage?
  /// Queries, keys and values, one below the other.
  private let projection: Linear
  private let output: Linear
  private let feedForwardNorm: FloatStorage
  private let feedForward: FeedForward
  private let epsilon: Float

  /// - Parameters:
  ///   - weights: at `layers.N`.
  ///   - isFirst: the embeddings are normalised already.
  init(
    _ weights: Weights, config: ModernBERTConfig, isFirst: Bool, numerics: Numerics,
    workers: Workers
  ) throws {
    let (width, hidden, heads) = (config.hiddenSize, config.intermediateSize, config.heads)
    func norm(_ name: String) throws -> FloatStorage {
      FloatStorage(try weights[name].floats("weight", shape: [width]))
    }
    attentionNorm = try isFirst ? nil : norm("attn_norm")
    feedForwardNorm = try norm("mlp_norm")
    projection = Linear(
      Self.projection(
        try weights["attn"]["Wqkv"].rows("weight", shape: [3 * width, width]), heads, numerics,
        workers))
    output = Linear(
      Matrix(
        [try weights["attn"]["Wo"].rows("weight", shape: [width, width])], columns: heads.order(),
        numerics: numerics, workers: workers))
    feedForward = FeedForward(
      up: Linear(
        try weights["mlp"]["Wi"].rows("weight", shape: [2 * hidden, width]), activation: .geGLU,
        numerics: numerics, workers: workers),
      down: try Linear(
        weights["mlp"]["Wo"], inputs: hidden, outputs: width, numerics: numerics,
        workers: workers))
    epsilon = Float(config.normEps)
  }

  /// Positions turn the two halves of a head against each other there, and neighbours here: queries and keys are brought
  /// into that order, and scores are scaled by the queries.
  private static func projection(
    _ stored: StoredRows, _ heads: Heads, _ numerics: Numerics, _ workers: Workers
  ) -> Matrix {
    let width = heads.count * heads.width
    let turned = heads.order(parts: 2) { head, channel in
      head * heads.width + channel % 2 * heads.width / 2 + channel / 2
    }
    let rows = turned + heads.order().map { $0.map { 2 * width + $0 } }
    return Matrix(
      [stored], rows: rows,
      scale: { row in row < width ? 1 / Float(heads.width).squareRoot() : 1 }, numerics: numerics,
      workers: workers)
  }

  /// Applies the layer in place.
  ///
  /// - Parameters:
  ///   - tokens: [D, S].
  ///   - inputs: memory of the attention.
  ///   - bias: of tokens that are too far from each other; nil: there are none.
  func callAsFunction(
    _ tokens: TokenPanels, _ inputs: AttentionInputs, rotation: RotaryTable, bias: RelativeBias?,
    workers: Workers
  ) {
    workers.withTokens(channels: tokens.channels, like: tokens) { normalized in
      if let attentionNorm {
        tokens.layerNormalize(
          into: normalized, scale: Floats(attentionNorm.base), epsilon: epsilon, workers: workers)
      } else {
        normalized.copy(tokens, workers: workers)
      }
      inputs.project(
        [.queries(nil, rotation), .keys(nil, rotation), .values], projection, normalized,
        workers: workers)
      inputs.attend(bias: bias, through: output, addingTo: tokens, workers: workers)

      tokens.layerNormalize(
        into: normalized, scale: Floats(feedForwardNorm.base), epsilon: epsilon, workers: workers)
      feedForward.add(normalized, to: tokens, workers: workers)
    }
  }
}
