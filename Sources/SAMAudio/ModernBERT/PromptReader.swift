internal import APCore
internal import Checkpoints
import Tensors

/// How a model reads prompts with ModernBERT: its tokenizer and its encoder's sizes.
struct PromptReader: Sendable {
  let config: ModernBERTConfig
  /// Layers that run.
  let layers: Int
  private let tokenizer: PromptTokenizer

  /// - Parameters:
  ///   - tokenizer: the path of `tokenizer.json`.
  ///   - layers: that run; the configuration has at least as many.
  /// - Throws: what `PromptTokenizer.init` throws.
  init(tokenizer path: String, config: ModernBERTConfig, layers: Int) throws(FilterError) {
    self.config = config
    self.layers = layers
    tokenizer = try PromptTokenizer(path: path, limit: 512, embeddings: config.vocabSize)
  }

  /// A prompt's tokens.
  func tokens(of prompt: String) -> [Int] {
    tokenizer(prompt)
  }

  /// Loads the encoder.
  ///
  /// - Parameter weights: at `text_model`.
  func encoder(_ weights: Weights, numerics: Numerics, workers: Workers) throws -> ModernBERT {
    try ModernBERT(
      weights, config: config, layers: layers, numerics: numerics, workers: workers)
  }
}
