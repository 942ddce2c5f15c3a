import Checkpoints
internal import Glibc
import Tensors

/// The encoder of T5: features of a text's tokens.
///
/// Reference: `T5Stack` in transformers' modeling_t5.py; Raffel and others, Exploring the Limits of Transfer Learning
/// with a Unified Text-to-Text Transformer (2020).
package struct T5Encoder {
  private let config: T5Config
  /// [tokens of the vocabulary, D], where they lie in the file.
  private let embedding: StoredRows
  /// [buckets, heads], the same for all layers.
  private let biases: [Float]
  private let layers: [T5Layer]
  private let norm: FloatStorage
  private let precision: NumberFormat
  private let workers: Workers

  /// Packs the weights tensor by tensor.
  ///
  /// - Parameters:
  ///   - weights: the checkpoint's root.
  ///   - numerics: how weights are stored and what is multiplied.
  ///   - workers: the threads that share the work.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  init(_ weights: Weights, config: T5Config, numerics: Numerics, workers: Workers) throws {
    self.config = config
    self.workers = workers
    precision = numerics.multiplied
    let encoder = weights["encoder"]
    embedding = try weights["shared"].rows("weight", shape: [config.vocabSize, config.dModel])
    biases = try encoder["block"][0]["layer"][0]["SelfAttention"]["relative_attention_bias"].floats(
      "weight", shape: [config.relativeAttentionNumBuckets, config.numHeads])
    layers = try (0..<config.numLayers).map { index in
      try T5Layer(
        encoder["block"][index]["layer"], config: config, numerics: numerics, workers: workers)
    }
    norm = FloatStorage(
      try encoder["final_layer_norm"].floats("weight", shape: [config.dModel]))
    try weights.finish()
  }

  /// The features of a text.
  ///
  /// - Parameter tokens: at least one, each below `vocabSize`.
  package func callAsFunction(_ tokens: [Int]) -> TextFeatures {
    precondition(
      !tokens.isEmpty && tokens.allSatisfy { (0..<config.vocabSize).contains($0) },
      "tokens must be those of the vocabulary")
    let panels = TokenPanels(channels: config.dModel, groups: 1, tokens: tokens.count)
    let inputs = AttentionInputs(
      queries: panels, keys: panels, heads: config.heads, precision: precision)
    let bias = self.bias(tokens.count)
    panels.copy(tokens: embedding.embeddings(of: tokens), workers: workers)  // [D, S]
    for layer in layers { layer(panels, inputs, bias: bias, workers: workers) }
    panels.rmsNormalize(
      into: panels, scale: Floats(norm.base), epsilon: Float(config.layerNormEpsilon),
      workers: workers)
    return TextFeatures(
      tokens: tokens.count, width: config.dModel, values: panels.tokenMajor(workers: workers))
  }

  private func bias(_ tokens: Int) -> RelativeBias {
    RelativeBias(heads: config.numHeads, tokens: tokens) { head, distance in
      biases[T5Encoder.bucket(distance, config) * config.numHeads + head]
    }
  }

  /// The row of the table for key − query (`_relative_position_bucket`): half of the rows are for keys that come
  /// later; of each half the first rows are for one distance, and the others for distances that grow by a factor.
  static func bucket(_ distance: Int, _ config: T5Config) -> Int {
    let half = config.relativeAttentionNumBuckets / 2
    let exact = half / 2
    let start = distance > 0 ? half : 0
    guard abs(distance) >= exact else { return start + abs(distance) }
    let factor = log(Float(abs(distance)) / Float(exact))
    let range = Float(log(Double(config.relativeAttentionMaxDistance) / Double(exact)))
    return start + min(half - 1, exact + Int(factor / range * Float(half - exact)))
  }
}
