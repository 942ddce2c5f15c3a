import Checkpoints
import Tensors

/// A convolution that keeps the length, with zeros beside the signal.
struct CodecConvolution {
  let layer: Convolution
  let reach: Reach

  /// - Parameters:
  ///   - weights: the convolution's own place.
  ///   - outputs: how many of the channels that are stored are wanted, the first ones; nil is all.
  ///   - isCausal: the kernel ends at the column it computes, else it is centred on it.
  ///   - activation: what follows.
  ///   - numerics: how weights are stored and what is multiplied.
  init(
    _ weights: Weights, inputs: Int, stored: Int, outputs: Int? = nil, kernel: Int,
    dilation: Int = 1, isCausal: Bool = false, activation: Activation = .none,
    numerics: Numerics
  ) throws {
    let outputs = outputs ?? stored
    let weight = try weights.kernel(shape: [stored, inputs, kernel])
    let bias = try weights.floats("bias", shape: [stored])
    let span = (kernel - 1) * dilation
    reach =
      isCausal
      ? Reach(before: span, after: 0) : Reach(before: span / 2, after: span - span / 2)
    layer = Convolution(
      weight: outputs == stored ? weight : Array(weight.prefix(outputs * inputs * kernel)),
      bias: Array(bias.prefix(outputs)),
      inputs: inputs, columns: (0..<kernel).map { [reach] in $0 * dilation - reach.before },
      activation: activation, numerics: numerics)
  }

  /// Computes some of the columns that the input reaches.
  ///
  /// - Parameter place: where; not the input's.
  func callAsFunction(
    _ x: Stretch, range: Range<Int>, in place: CodecMemory.Place, _ memory: CodecMemory
  ) -> Stretch {
    let result = memory.stretch(place, channels: layer.outputs, range: range)
    layer(
      x.rows, at: range.lowerBound - x.range.lowerBound, into: result.rows,
      workers: memory.workers)
    return result
  }
}
