import Checkpoints
import Tensors

/// Residual units, then a convolution that shortens time (`EncoderBlock` of dacvae).
struct EncoderBlock {
  let units: [ResidualUnit]
  let activation: Activation
  let shorten: StridedConvolution
  /// Zeros before the signal.
  let padding: Int

  /// A codec's, from `channels` to twice as many.
  init(snake weights: Weights, channels: Int, stride: Int, numerics: Numerics) throws {
    let block = weights["block"]
    units = try ResidualUnit.dilations.enumerated().map { index, dilation in
      try ResidualUnit(
        snake: block[index], channels: channels, dilation: dilation, numerics: numerics)
    }
    activation = try block[units.count].snake(channels: channels)
    shorten = try EncoderBlock.shorten(
      block[units.count + 1], inputs: channels, outputs: 2 * channels, stride: stride,
      numerics: numerics)
    padding = stride / 2
  }

  /// A watermark's, causal, from `channels` to twice as many.
  ///
  /// - Parameter weights: at a block of the decoder, which has the watermark's layers as well.
  init(elu weights: Weights, channels: Int, stride: Int, numerics: Numerics) throws {
    units = [try ResidualUnit(elu: weights["block"][7], channels: channels, numerics: numerics)]
    activation = .elu
    shorten = try EncoderBlock.shorten(
      weights["block"][11], inputs: channels, outputs: 2 * channels, stride: stride,
      numerics: numerics)
    padding = stride
  }

  private static func shorten(
    _ weights: Weights, inputs: Int, outputs: Int, stride: Int, numerics: Numerics
  ) throws -> StridedConvolution {
    StridedConvolution(
      weight: try weights.kernel(shape: [outputs, inputs, 2 * stride]),
      bias: try weights.floats("bias", shape: [outputs]), inputs: inputs, stride: stride,
      numerics: numerics)
  }

  /// The input's columns that some of the output's are computed from.
  ///
  /// - Parameter length: the input's.
  func inputs(for range: Range<Int>, length: Int) -> Range<Int> {
    let stride = shorten.stride
    let read =
      stride * range.lowerBound - padding..<stride * (range.upperBound + 1) - padding
    let reach = units.reduce(Reach(before: 0, after: 0)) { $0 + $1.reach }
    return reach.around(read, length: length)
  }

  func callAsFunction(_ x: Stretch, range: Range<Int>, _ memory: CodecMemory) -> Stretch {
    for unit in units { unit(x, memory) }  // [C, stride · T]
    let activated = memory.activate(x, activation)
    let result = memory.stretch(.signal, channels: shorten.outputs, range: range)
    shorten(
      activated.rows,
      from: shorten.stride * range.lowerBound - padding - activated.range.lowerBound,
      into: result.rows, workers: memory.workers)  // [2 · C, T]
    return result
  }
}

extension ResidualUnit {
  /// Of a codec's three units in turn.
  static let dilations = [1, 3, 9]
}
