internal import APCore
internal import Checkpoints
import Tensors

/// How a model reads prompts with ModernBERT: its tokenizer and its encoder's sizes.
struct PromptReader: Sendable {
  let config: ModernBERTConfig
  /// Layers that run.
  let layers: Int
  private let tokenizer: BytePairTokenizer

  /// The most tokens of a prompt, those around it counted.
  private static let limit = 512

  /// - Parameters:
  ///   - tokenizer: the path of `tokenizer.json`.
  ///   - layers: that run; the configuration has at least as many.
  /// - Throws: `FilterError`: what `BytePairTokenizer.init` throws, and `.unsupportedCheckpoint` where there are more
  ///   tokens than embeddings.
  init(tokenizer path: String, config: ModernBERTConfig, layers: Int) throws(FilterError) {
    self.config = config
    self.layers = layers
    tokenizer = try BytePairTokenizer(path: path)
    guard tokenizer.count <= config.vocabSize else {
      throw FilterError(
        .unsupportedCheckpoint,
        "\(path) has \(tokenizer.count) tokens, more than the \(config.vocabSize) of the model.",
        advice: "Use the tokenizer.json that is published with the model.")
    }
    guard !tokenizer.tokens(of: "", limit: Self.limit).isEmpty else {
      throw FilterError(
        .unsupportedCheckpoint, "\(path) puts no token before a prompt.",
        advice: "Use the tokenizer.json that is published with the model.")
    }
  }

  /// A prompt's tokens.
  func tokens(of prompt: String) -> [Int] {
    tokenizer.tokens(of: prompt, limit: Self.limit)
  }

  /// Loads the encoder.
  ///
  /// - Parameter weights: at `text_model`.
  func encoder(_ weights: Weights, numerics: Numerics, workers: Workers) throws -> ModernBERT {
    try ModernBERT(
      weights, config: config, layers: layers, numerics: numerics, workers: workers)
  }
}
