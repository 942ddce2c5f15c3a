@testable import Tensors

/// The weights of a transformer layer, as a checkpoint has them: nothing folded.
struct TransformerWeights {
  typealias Affine = (weight: [Float], bias: [Float])

  let heads: Int
  let norm: Affine
  let keyNorm: Affine
  let feedForwardNorm: Affine
  let queries: Affine
  let keys: Affine
  let values: Affine
  let output: Affine
  let widen: Affine
  let narrow: Affine
  let scale: [Float]
  let feedForwardScale: [Float]
  let endNorm: Affine

  /// - Parameter isCross: only then do keys and values have a norm of their own.
  init(channels: Int, heads: Int, isCross: Bool, seed: UInt64) {
    self.heads = heads
    norm = normFactors(channels, seed: seed)
    keyNorm = isCross ? normFactors(channels, seed: seed + 20) : norm
    feedForwardNorm = normFactors(channels, seed: seed + 40)
    queries = affine(channels, channels, seed: seed + 60)
    keys = affine(channels, channels, seed: seed + 80)
    values = affine(channels, channels, seed: seed + 100)
    output = affine(channels, channels, seed: seed + 120)
    widen = affine(channels + 3, channels, seed: seed + 140)
    narrow = affine(channels, channels + 3, seed: seed + 160)
    scale = noise(channels, seed: seed + 180)
    feedForwardScale = noise(channels, seed: seed + 200)
    endNorm = normFactors(channels, seed: seed + 220)
  }

  private var headScale: Double { 1 / Double(endNorm.weight.count / heads).squareRoot() }

  func layer(_ precision: Precision) -> TransformerLayer {
    let headScales = Array(repeating: Float(headScale), count: scale.count)
    return TransformerLayer(
      queries: Linear(
        weight: queries.weight, bias: queries.bias, norm: norm, scale: headScales,
        precision: precision),
      keys: Linear(weight: keys.weight, bias: keys.bias, norm: keyNorm, precision: precision),
      values: Linear(
        weight: values.weight, bias: values.bias, norm: keyNorm, precision: precision),
      output: Linear(
        weight: output.weight, bias: output.bias, scale: scale, precision: precision),
      widen: Linear(
        weight: widen.weight, bias: widen.bias, norm: feedForwardNorm, precision: precision),
      narrow: Linear(
        weight: narrow.weight, bias: narrow.bias, scale: feedForwardScale, precision: precision),
      norm: endNorm, heads: heads)
  }

  /// The layer as transformer.py has it: `x` attends to `other`, which is `x` itself without crossing.
  func naive(_ x: Table, attendingTo other: Table) -> Table {
    func linear(_ x: Table, _ layer: Affine) -> Table { Naive.linear(x, layer.weight, layer.bias) }
    let normalized = Naive.layerNorm(other, keyNorm)
    let attended = Naive.attention(
      linear(Naive.layerNorm(x, norm), queries), linear(normalized, keys),
      linear(normalized, values), heads: heads, scale: headScale)
    var y = Naive.sum(x, Naive.scaled(linear(attended, output), scale))
    let wide = Naive.gelu(linear(Naive.layerNorm(y, feedForwardNorm), widen))
    y = Naive.sum(y, Naive.scaled(linear(wide, narrow), feedForwardScale))
    return Naive.groupNorm(y, endNorm)
  }
}
