@testable import Tensors

/// The weights of a layer, as a checkpoint has them.
struct DConvWeights {
  let squeeze: (weight: [Float], bias: [Float])
  let innerNorm: (weight: [Float], bias: [Float])
  let expand: (weight: [Float], bias: [Float])
  let outerNorm: (weight: [Float], bias: [Float])
  let scale: [Float]
  let dilation: Int

  init(_ channels: Int, _ hidden: Int, dilation: Int, seed: UInt64, isBiased: Bool = true) {
    let factor: Float = isBiased ? 1 : 0
    func layer(_ rows: Int, _ terms: Int, _ seed: UInt64) -> (weight: [Float], bias: [Float]) {
      let (weight, bias) = affine(rows, terms, seed: seed)
      return (weight, bias.map { $0 * factor })
    }
    squeeze = layer(hidden, channels * 3, seed)
    innerNorm = normFactors(hidden, seed: seed + 2)
    expand = layer(2 * channels, hidden, seed + 4)
    outerNorm = normFactors(2 * channels, seed: seed + 6)
    scale = noise(channels, seed: seed + 8)
    self.dilation = dilation
  }

  func layer(_ precision: Precision) -> DConvLayer {
    DConvLayer(
      squeeze: squeeze, innerNorm: innerNorm, expand: expand, outerNorm: outerNorm, scale: scale,
      dilation: dilation, precision: precision)
  }

  /// The layer as demucs.py has it.
  func naive(_ x: Table) -> Table {
    var y = Naive.convolution(
      x, squeeze.weight, squeeze.bias, padding: dilation, dilation: dilation)
    y = Naive.gelu(Naive.groupNorm(y, innerNorm))
    y = Naive.groupNorm(Naive.convolution(y, expand.weight, expand.bias), outerNorm)
    return Naive.sum(x, Naive.scaled(Naive.glu(y), scale))
  }
}
