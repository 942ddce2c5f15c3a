internal import APCore
internal import Checkpoints

/// Cuts prompts into the tokens of one network.
struct PromptTokenizer: Sendable {
  private let tokenizer: BytePairTokenizer
  private let limit: Int

  /// - Parameters:
  ///   - path: of `tokenizer.json`.
  ///   - limit: the most tokens of a prompt, those around it counted.
  ///   - embeddings: that the network has.
  /// - Throws: `FilterError`: what `BytePairTokenizer.init` throws, and `.unsupportedCheckpoint` where there are more
  ///   tokens than embeddings, or an empty prompt would be no token.
  init(path: String, limit: Int, embeddings: Int) throws(FilterError) {
    self.limit = limit
    tokenizer = try BytePairTokenizer(path: path)
    guard tokenizer.count <= embeddings else {
      throw FilterError(
        .unsupportedCheckpoint,
        "\(path) has \(tokenizer.count) tokens, more than the \(embeddings) of the model.",
        advice: "Use the tokenizer.json that is published with the model.")
    }
    guard !tokenizer.tokens(of: "", limit: limit).isEmpty else {
      throw FilterError(
        .unsupportedCheckpoint, "\(path) puts no token before a prompt.",
        advice: "Use the tokenizer.json that is published with the model.")
    }
  }

  /// The tokens of a prompt, with those around it.
  func callAsFunction(_ prompt: String) -> [Int] {
    tokenizer.tokens(of: prompt, limit: limit)
  }
}
