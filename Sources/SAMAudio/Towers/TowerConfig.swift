internal import APCore
internal import Checkpoints
internal import Tensors

/// How a tower over a codec's frames is built (perception_models, `audio_transformer`; the Judge's `transformer`). The
/// names are the reference's; so are the defaults, those of the base size.
package struct TowerConfig: Sendable, Hashable {
  /// Width of the network.
  package let hiddenSize: Int
  /// Width inside the feed-forward layers.
  package let intermediateSize: Int
  /// Layers.
  package let numHiddenLayers: Int
  /// Attention heads.
  package let numAttentionHeads: Int
  /// Rows that there are rotary positions for: the frames, and one before them.
  package let maxPositionEmbeddings: Int
  /// Added to the mean square before its root is taken.
  package let rmsNormEps: Double

  init(_ arguments: ModelArguments) throws(FilterError) {
    hiddenSize = try arguments.int("hidden_size", default: 1024, in: 2...16_384)
    intermediateSize = try arguments.int("intermediate_size", default: 2752, in: 1...65_536)
    numHiddenLayers = try arguments.int("num_hidden_layers", default: 16, in: 1...256)
    numAttentionHeads = try arguments.int("num_attention_heads", default: 8, in: 1...512)
    maxPositionEmbeddings = try arguments.int(
      "max_position_embeddings", default: 10_000, in: 2...1_000_000)
    rmsNormEps = try arguments.double("rms_norm_eps", default: 1e-5, in: 0...1)
    try arguments.require("num_key_value_heads", is: Double(numAttentionHeads))
    try arguments.require("hidden_act", is: "silu")
    try arguments.require("attention_bias", is: false)
    // Positions turn a head's channels in pairs.
    guard hiddenSize % (2 * numAttentionHeads) == 0 else {
      throw arguments.refusal(
        "num_attention_heads", "\(numAttentionHeads)", wanted: "a divisor of hidden_size / 2")
    }
    try arguments.require("head_dim", is: Double(hiddenSize / numAttentionHeads))
  }

  /// Of each layer.
  var layer: LayerSizes {
    LayerSizes(
      heads: Heads(count: numAttentionHeads, width: hiddenSize / numAttentionHeads),
      hidden: intermediateSize, epsilon: Float(rmsNormEps))
  }

  /// The base of the rotary positions' wavelengths; a configuration's own `rope_theta` is the same in all releases,
  /// and the reference does not read it.
  var ropeTheta: Double { max(10_000, 2 * Double(maxPositionEmbeddings)) }

  /// The most frames.
  package var maximumFrames: Int { maxPositionEmbeddings - 1 }
}
