import TestSupport
import Testing

@testable import Tensors

@Suite struct StridedConvolutionTests {
  /// A length that is no multiple of the stride counts as filled up with zeros, as Demucs does it.
  @Test(
    arguments: [(stride: 2, padding: 1), (4, 2), (5, 5), (8, 4), (10, 5), (12, 6)],
    Array(1...40) + [95, 96, 97, 191, 193, 395, 777])
  func equalsTheNaiveConvolution(_ shape: (stride: Int, padding: Int), columns: Int) {
    let (inputs, outputs) = (3, 5)
    let (stride, padding) = shape
    let rows = noise(rows: inputs, columns: columns, seed: 6)
    let (weight, bias) = affine(outputs, inputs * 2 * stride, seed: 7)
    // As many zeros before as a causal one has; after it the naive twin has as many again.
    let filling = Array(repeating: 0.0, count: (stride - columns % stride) % stride)
    let length = (columns + stride - 1) / stride
    let expected = Naive.convolution(
      Naive.table(rows).map { $0 + filling }, weight, bias, stride: stride, padding: padding
    ).map { Array($0.prefix(length)) }
    for precision in NumberFormat.products where stride == 4 || precision == .f32 {
      let conv = StridedConvolution(
        weight: weight, bias: bias, inputs: inputs, stride: stride,
        numerics: Numerics(multiplied: precision))
      let x = Blocks(rows)
      let y = Blocks(count: 1, channels: outputs, columns: length)
      let workers = Workers.spoiled(threads: 2)
      conv(x, from: -padding, into: y, workers: workers)
      #expect(
        difference(y.values(), expected)
          < (precision == .f32 ? 2e-6 : precision == .f16 ? 3e-3 : 2e-2))
      #expect(y.marginsAreZero)
    }
  }
}
