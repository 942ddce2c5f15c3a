import Tensors
import TestSupport

@testable import Demucs

/// The weights of a transformer layer, as a checkpoint has them: nothing folded.
struct TransformerWeights {
  private let heads: Int
  private let channels: Int
  private let isCross: Bool
  private let norm: Affine
  private let keyNorm: Affine
  private let feedForwardNorm: Affine
  private let queries: Affine
  private let keys: Affine
  private let values: Affine
  private let output: Affine
  private let up: Affine
  private let down: Affine
  private let scale: [Float]
  private let feedForwardScale: [Float]
  private let endNorm: Affine

  /// - Parameter isCross: only then do keys and values have a norm of their own.
  init(channels: Int, heads: Int, isCross: Bool, seed: UInt64) {
    self.heads = heads
    self.channels = channels
    self.isCross = isCross
    norm = normFactors(channels, seed: seed)
    keyNorm = isCross ? normFactors(channels, seed: seed + 20) : norm
    feedForwardNorm = normFactors(channels, seed: seed + 40)
    queries = affine(channels, channels, seed: seed + 60)
    keys = affine(channels, channels, seed: seed + 80)
    values = affine(channels, channels, seed: seed + 100)
    output = affine(channels, channels, seed: seed + 120)
    up = affine(channels + 3, channels, seed: seed + 140)
    down = affine(channels, channels + 3, seed: seed + 160)
    scale = noise(channels, seed: seed + 180)
    feedForwardScale = noise(channels, seed: seed + 200)
    endNorm = normFactors(channels, seed: seed + 220)
  }

  func layer(_ numerics: Numerics) throws -> TransformerLayer {
    let attention = isCross ? "cross_attn" : "self_attn"
    var tensors = [
      "\(attention).in_proj_weight": TensorValues(
        queries.weight + keys.weight + values.weight, shape: [3 * channels, channels]),
      "\(attention).in_proj_bias": TensorValues(queries.bias + keys.bias + values.bias),
      "gamma_1.scale": TensorValues(scale), "gamma_2.scale": TensorValues(feedForwardScale),
    ]
    let layers = [
      ("\(attention).out_proj", output, [channels, channels]), ("norm1", norm, [channels]),
      ("linear1", up, [channels + 3, channels]), ("linear2", down, [channels, channels + 3]),
      (isCross ? "norm3" : "norm2", feedForwardNorm, [channels]), ("norm_out", endNorm, [channels]),
    ]
    for (name, layer, shape) in layers + (isCross ? [("norm2", keyNorm, [channels])] : []) {
      tensors["\(name).weight"] = TensorValues(layer.weight, shape: shape)
      tensors["\(name).bias"] = TensorValues(layer.bias)
    }
    return try TransformerLayer(
      weights(tensors), channels: channels, hidden: channels + 3,
      heads: Heads(count: heads, width: channels / heads), isCross: isCross, numerics: numerics)
  }

  /// The layer as transformer.py has it: `x` attends to `other`, which is `x` itself without crossing.
  func naive(_ x: Table, attendingTo other: Table) -> Table {
    func linear(_ x: Table, _ layer: Affine) -> Table { Naive.linear(x, layer.weight, layer.bias) }
    let normalized = Naive.layerNorm(other, keyNorm)
    let attended = Naive.attention(
      linear(Naive.layerNorm(x, norm), queries), linear(normalized, keys),
      linear(normalized, values), heads: heads,
      scale: 1 / Double(channels / heads).squareRoot())
    var y = Naive.sum(x, Naive.scaled(linear(attended, output), scale))
    let wide = Naive.gelu(linear(Naive.layerNorm(y, feedForwardNorm), up))
    y = Naive.sum(y, Naive.scaled(linear(wide, down), feedForwardScale))
    return Naive.groupNorm(y, endNorm)
  }
}
