internal import APCore
internal import Checkpoints
internal import Tensors

/// How a ModernBERT encoder is built (transformers, `ModernBertConfig`). The names are the reference's; the defaults are
/// those of ModernBERT-large.
package struct ModernBERTConfig: Sendable, Hashable {
  /// Tokens that have an embedding.
  package let vocabSize: Int
  /// Width of the network.
  package let hiddenSize: Int
  /// Width inside the feed-forward layers.
  package let intermediateSize: Int
  /// Attention heads.
  package let numAttentionHeads: Int
  /// For each layer, whether its tokens attend to all others, or to those near by only.
  package let attendsToAll: [Bool]
  /// How far a token sees in the other layers.
  package let reach: Int
  /// The base of the rotary positions' wavelengths in layers that attend to all.
  package let globalRopeTheta: Double
  /// The same in the others.
  package let localRopeTheta: Double
  /// Added to the variance before its root is taken.
  package let normEps: Double

  /// - Parameter layers: how many there are where the configuration does not say.
  init(_ arguments: ModelArguments, layers: Int) throws(FilterError) {
    vocabSize = try arguments.int("vocab_size", default: 50_368, in: 3...10_000_000)
    hiddenSize = try arguments.int("hidden_size", default: 1024, in: 2...16_384)
    intermediateSize = try arguments.int("intermediate_size", default: 2624, in: 1...65_536)
    numAttentionHeads = try arguments.int("num_attention_heads", default: 16, in: 1...512)
    reach = try arguments.int("local_attention", default: 128, in: 1...1_000_000) / 2
    normEps = try arguments.double("norm_eps", default: 1e-5, in: 0...1)
    let count = try arguments.int("num_hidden_layers", default: layers, in: 1...256)
    attendsToAll = try Self.layers(arguments, count: count)
    globalRopeTheta = try Self.theta(arguments, "global_rope_theta", "full_attention", 160_000)
    localRopeTheta = try Self.theta(arguments, "local_rope_theta", "sliding_attention", 10_000)
    try arguments.require("model_type", is: "modernbert")
    try arguments.require("hidden_activation", is: "gelu")
    for name in ["norm_bias", "attention_bias", "mlp_bias"] {
      try arguments.require(name, is: false)
    }
    // Positions turn a head's channels in pairs.
    guard hiddenSize % (2 * numAttentionHeads) == 0 else {
      throw arguments.refusal(
        "num_attention_heads", "\(numAttentionHeads)", wanted: "a divisor of hidden_size / 2")
    }
  }

  /// Files of newer versions have these by kind of layer.
  private static func theta(
    _ arguments: ModelArguments, _ name: String, _ kind: String, _ fallback: Double
  ) throws(FilterError) -> Double {
    try arguments["rope_parameters"][kind].double(
      "rope_theta", default: arguments.double(name, default: fallback, in: 1...1e12), in: 1...1e12)
  }

  private static func layers(
    _ arguments: ModelArguments, count: Int
  ) throws(FilterError) -> [Bool] {
    let every = try arguments.int("global_attn_every_n_layers", default: 3, in: 1...256)
    guard let types = arguments.values["layer_types"] else {
      return (0..<count).map { $0 % every == 0 }
    }
    let kinds = ["full_attention": true, "sliding_attention": false]
    guard case .list(let list) = types.kind, list.count == count else {
      throw arguments.refusal("layer_types", types.words, wanted: "a list of \(count) words")
    }
    return try list.map { entry throws(FilterError) in
      guard let isGlobal = entry.text.flatMap({ kinds[$0] }) else {
        throw arguments.refusal(
          "layer_types", entry.words, wanted: "\"full_attention\" or \"sliding_attention\"")
      }
      return isGlobal
    }
  }

  /// Of the attention.
  var heads: Heads { Heads(count: numAttentionHeads, width: hiddenSize / numAttentionHeads) }
}
