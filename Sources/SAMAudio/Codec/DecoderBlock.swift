import Checkpoints
import Tensors

/// A transposed convolution that lengthens time, then residual units (`DecoderBlock` of dacvae).
struct DecoderBlock {
  let activation: Activation
  let expand: TransposedConvolution
  let units: [ResidualUnit]

  /// A codec's, from `channels` to half as many.
  init(snake weights: Weights, channels: Int, stride: Int, numerics: Numerics) throws {
    let block = weights["block"]
    activation = try block[0].snake(channels: channels)
    expand = try DecoderBlock.expand(
      block[1], inputs: channels, stride: stride, padding: (stride + 1) / 2, numerics: numerics)
    units = try zip([4, 5, 8], ResidualUnit.dilations).map { index, dilation in
      try ResidualUnit(
        snake: block[index], channels: channels / 2, dilation: dilation, numerics: numerics)
    }
  }

  /// A watermark's, causal, from `channels` to half as many.
  init(elu weights: Weights, channels: Int, stride: Int, numerics: Numerics) throws {
    activation = .elu
    expand = try DecoderBlock.expand(
      weights["block"][3], inputs: channels, stride: stride, padding: 0, numerics: numerics)
    units = [try ResidualUnit(elu: weights["block"][6], channels: channels / 2, numerics: numerics)]
  }

  private static func expand(
    _ weights: Weights, inputs: Int, stride: Int, padding: Int, numerics: Numerics
  ) throws -> TransposedConvolution {
    TransposedConvolution(
      weight: try weights.kernel(shape: [inputs, inputs / 2, 2 * stride]),
      bias: try weights.floats("bias", shape: [inputs / 2]), inputs: inputs, factor: stride,
      padding: padding, activation: .none, numerics: numerics)
  }

  /// The output's columns to compute so that some of them come out right.
  ///
  /// - Parameter length: the output's.
  func computed(for range: Range<Int>, length: Int) -> Range<Int> {
    units.reduce(Reach(before: 0, after: 0)) { $0 + $1.reach }.around(range, length: length)
  }

  /// The input's columns that some of the output's, which are to be computed, are computed from.
  ///
  /// - Parameter length: the input's.
  func inputs(for computed: Range<Int>, length: Int) -> Range<Int> {
    let first = (computed.lowerBound + expand.padding) / expand.factor - 1
    let last = (computed.upperBound - 1 + expand.padding) / expand.factor
    return max(0, first)..<min(length, last + 1)
  }

  func callAsFunction(_ x: Stretch, range: Range<Int>, _ memory: CodecMemory) -> Stretch {
    let activated = memory.activate(x, activation)
    let result = memory.stretch(.signal, channels: expand.outputs, range: range)
    expand.alongColumns(
      activated.rows, into: result.rows,
      shift: expand.factor * x.range.lowerBound - range.lowerBound, workers: memory.workers)
    // [C / 2, stride · T]
    for unit in units { unit(result, memory) }
    return result
  }
}
