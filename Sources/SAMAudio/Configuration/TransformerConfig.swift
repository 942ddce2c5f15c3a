internal import APCore
internal import Checkpoints
internal import Tensors

/// The diffusion transformer's sizes (`TransformerConfig`).
package struct TransformerConfig: Sendable, Hashable {
  /// Width of the network; the context's is the same.
  package let dim: Int
  /// Attention heads.
  package let nHeads: Int
  /// Layers.
  package let nLayers: Int
  /// Added to the mean square before its root is taken.
  package let normEps: Double
  /// By how much the feed-forward layers are wider, before `ffnDim` cuts and rounds it.
  package let ffnExp: Double
  /// Another factor of that.
  package let ffnDimMultiplier: Double
  /// What the feed-forward layers' width is rounded up to.
  package let multipleOf: Int
  /// Frames that there are rotary positions for.
  package let maxPositions: Int
  /// Width of the time's sinusoids.
  package let frequencyEmbeddingDim: Int
  /// Channels of the velocity.
  package let outChannels: Int

  init(_ arguments: ModelArguments) throws(FilterError) {
    dim = try arguments.int("dim", default: 2048, in: 2...16_384)
    nHeads = try arguments.int("n_heads", default: 16, in: 1...512)
    nLayers = try arguments.int("n_layers", default: 16, in: 1...256)
    normEps = try arguments.double("norm_eps", default: 1e-5, in: 0...1)
    ffnExp = try arguments.double("ffn_exp", default: 4, in: 0.125...64)
    ffnDimMultiplier = try arguments.double("ffn_dim_multiplier", default: 1, in: 0.125...64)
    multipleOf = try arguments.int("multiple_of", default: 64, in: 1...65_536)
    maxPositions = try arguments.int("max_positions", default: 10_000, in: 1...1_000_000)
    frequencyEmbeddingDim = try arguments.int(
      "frequency_embedding_dim", default: 256, in: 2...16_384)
    outChannels = try arguments.int("out_channels", default: 256, in: 2...8192)
    for name in ["qk_norm", "use_rope", "t_block_bias"] { try arguments.require(name, is: true) }
    for name in ["fc_bias", "context_norm"] { try arguments.require(name, is: false) }
    for name in ["non_linearity", "timestep_non_linearity", "context_non_linearity"] {
      try arguments.require(name, is: "swiglu")
    }
    try arguments.require("t_block_non_linearity", is: "silu")
    try arguments.require("context_dim", is: Double(dim))
    // Positions turn a head's channels in pairs.
    guard dim % (2 * nHeads) == 0 else {
      throw arguments.refusal("n_heads", "\(nHeads)", wanted: "a divisor of dim / 2")
    }
    // Sinusoids are half cosines and half sines.
    guard frequencyEmbeddingDim % 2 == 0, dim % 2 == 0 else {
      throw arguments.refusal(
        "frequency_embedding_dim", "\(frequencyEmbeddingDim)", wanted: "an even number")
    }
  }

  /// Channels of a head.
  package var headDim: Int { dim / nHeads }
  /// Of each layer.
  var layer: LayerSizes {
    LayerSizes(
      heads: Heads(count: nHeads, width: headDim), hidden: ffnDim, epsilon: Float(normEps),
      interleavesHeads: true)
  }

  /// Width inside the feed-forward layers.
  package var ffnDim: Int {
    let hidden = Int(2 * Double(Int(ffnExp * Double(dim))) / 3)
    let scaled = Int(ffnDimMultiplier * Double(hidden))
    return (scaled + multipleOf - 1) / multipleOf * multipleOf
  }

  /// The base of the rotary positions' wavelengths.
  package var ropeTheta: Double { max(10_000, 2 * Double(maxPositions)) }
}
