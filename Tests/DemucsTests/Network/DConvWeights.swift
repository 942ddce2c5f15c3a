import Tensors
import TestSupport

@testable import Demucs

/// The weights of a layer, as a checkpoint has them.
struct DConvWeights {
  private let channels: Int
  private let hidden: Int
  private let squeeze: Affine
  private let innerNorm: Affine
  private let expand: Affine
  private let outerNorm: Affine
  private let scale: [Float]
  private let dilation: Int

  init(_ channels: Int, _ hidden: Int, dilation: Int, seed: UInt64, isBiased: Bool = true) {
    let factor: Float = isBiased ? 1 : 0
    func layer(_ rows: Int, _ terms: Int, _ seed: UInt64) -> Affine {
      let (weight, bias) = affine(rows, terms, seed: seed)
      return (weight, bias.map { $0 * factor })
    }
    self.channels = channels
    self.hidden = hidden
    squeeze = layer(hidden, channels * 3, seed)
    innerNorm = normFactors(hidden, seed: seed + 2)
    expand = layer(2 * channels, hidden, seed + 4)
    outerNorm = normFactors(2 * channels, seed: seed + 6)
    scale = noise(channels, seed: seed + 8)
    self.dilation = dilation
  }

  func layer(_ numerics: Numerics) throws -> DConvLayer {
    var tensors = ["6.scale": TensorValues(scale)]
    for (place, layer, shape) in [
      (0, squeeze, [hidden, channels, 3]), (1, innerNorm, [hidden]),
      (3, expand, [2 * channels, hidden, 1]), (4, outerNorm, [2 * channels]),
    ] {
      tensors["\(place).weight"] = TensorValues(layer.weight, shape: shape)
      tensors["\(place).bias"] = TensorValues(layer.bias)
    }
    return try DConvLayer(
      weights(tensors), channels: channels, hidden: hidden, dilation: dilation, numerics: numerics)
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
