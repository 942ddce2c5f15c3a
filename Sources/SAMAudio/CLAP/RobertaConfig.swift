internal import APCore
internal import Checkpoints
internal import Tensors

/// How a RoBERTa encoder is built (transformers, `RobertaConfig`). The names are the reference's; the defaults are
/// roberta-base's.
struct RobertaConfig: Sendable, Hashable {
  /// Tokens that have an embedding.
  let vocabSize: Int
  /// Width of the network.
  let hiddenSize: Int
  /// Width inside the feed-forward layers.
  let intermediateSize: Int
  let numHiddenLayers: Int
  let numAttentionHeads: Int
  /// Positions that have an embedding, with those before the first token's.
  let maxPositionEmbeddings: Int
  /// Added to the variance before its root is taken.
  let layerNormEps: Double

  /// Reads `config.json`.
  ///
  /// - Throws: `FilterError.Code.noInput`, `.unsupportedCheckpoint` for a value that would need another
  ///   network; it names the field. Fields that are not known are passed over.
  init(path: String) throws(FilterError) {
    let arguments = try ModelArguments(json: path, advice: "Use the files of roberta-base.")
    try arguments.require("model_type", is: "roberta")
    try arguments.require("hidden_act", is: "gelu")
    try arguments.require("position_embedding_type", is: "absolute")
    try arguments.require("pad_token_id", is: 1)
    vocabSize = try arguments.int("vocab_size", default: 50_265, in: 4...10_000_000)
    hiddenSize = try arguments.int("hidden_size", default: 768, in: 1...16_384)
    intermediateSize = try arguments.int("intermediate_size", default: 3072, in: 1...65_536)
    numHiddenLayers = try arguments.int("num_hidden_layers", default: 12, in: 1...256)
    numAttentionHeads = try arguments.int("num_attention_heads", default: 12, in: 1...512)
    maxPositionEmbeddings = try arguments.int(
      "max_position_embeddings", default: 514, in: Self.leastPositions...1_000_000)
    layerNormEps = try arguments.double("layer_norm_eps", default: 1e-5, in: 0...1)
    guard hiddenSize % numAttentionHeads == 0 else {
      throw arguments.refusal(
        "num_attention_heads", "\(numAttentionHeads)", wanted: "a divisor of \(hiddenSize)")
    }
  }

  /// The position of the first token; that of padding comes before it.
  static let firstPosition = 2
  /// The most tokens of a prompt, with those around it.
  static let maxTokens = 77
  private static let leastPositions = firstPosition + maxTokens

  /// Of the attention.
  var heads: Heads {
    Heads(count: numAttentionHeads, width: hiddenSize / numAttentionHeads)
  }
}
