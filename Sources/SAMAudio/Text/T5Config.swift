internal import APCore
internal import Checkpoints
internal import Tensors

/// How a T5 encoder is built (transformers, `T5Config`). The names are the reference's; so are the defaults.
///
/// What is not here has the same value in all T5 models of the first version, or is the decoder's.
package struct T5Config: Sendable, Hashable {
  /// Tokens that have an embedding.
  package let vocabSize: Int
  /// Width of the network.
  package let dModel: Int
  /// Channels of a head.
  let dKV: Int
  /// Width inside the feed-forward layers.
  package let dFF: Int
  /// Layers.
  package let numLayers: Int
  /// Attention heads.
  let numHeads: Int
  /// Rows of the table of biases by distance.
  let relativeAttentionNumBuckets: Int
  /// From this distance on all have the same bias.
  let relativeAttentionMaxDistance: Int
  /// Added to the mean square before its root is taken.
  let layerNormEpsilon: Double

  /// Reads `config.json`.
  ///
  /// - Throws: `FilterError.Code.noInput`, `.unsupportedCheckpoint` for a value that would need another
  ///   network; it names the field. Fields that are not known are passed over.
  init(path: String) throws(FilterError) {
    let arguments = try ModelArguments(json: path, advice: "Use the files of t5-base.")
    try arguments.require("model_type", is: "t5")
    // Later versions have gated layers.
    try arguments.require("feed_forward_proj", is: "relu")
    try arguments.require("is_gated_act", is: false)
    vocabSize = try arguments.int("vocab_size", default: 32_128, in: 3...10_000_000)
    dModel = try arguments.int("d_model", default: 512, in: 1...16_384)
    dKV = try arguments.int("d_kv", default: 64, in: 1...1024)
    dFF = try arguments.int("d_ff", default: 2048, in: 1...65_536)
    numLayers = try arguments.int("num_layers", default: 6, in: 1...256)
    numHeads = try arguments.int("num_heads", default: 8, in: 1...512)
    relativeAttentionNumBuckets = try arguments.int(
      "relative_attention_num_buckets", default: 32, in: 4...4096)
    relativeAttentionMaxDistance = try arguments.int(
      "relative_attention_max_distance", default: 128, in: 2...65_536)
    layerNormEpsilon = try arguments.double("layer_norm_epsilon", default: 1e-6, in: 0...1)
    let buckets = relativeAttentionNumBuckets
    guard buckets % 4 == 0, relativeAttentionMaxDistance > buckets / 4 else {
      throw arguments.refusal(
        "relative_attention_num_buckets", "\(buckets)",
        wanted: "a multiple of 4 below four times relative_attention_max_distance")
    }
  }

  /// Width of all heads.
  package var inner: Int { numHeads * dKV }

  /// Of the attention.
  var heads: Heads { Heads(count: numHeads, width: dKV) }
}
