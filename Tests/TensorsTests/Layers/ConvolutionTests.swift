import TestSupport
import Testing

@testable import Tensors

@Suite struct ConvolutionTests {
  struct Shape: Sendable {
    var inputs: Int
    /// Channels that leave.
    var outputs: Int
    var taps: Int
    var columns: Int
  }

  static let shapes = [
    Shape(inputs: 1, outputs: 1, taps: 1, columns: 1),
    Shape(inputs: 1, outputs: 3, taps: 3, columns: 2),
    Shape(inputs: 5, outputs: 4, taps: 1, columns: 47),
    Shape(inputs: 3, outputs: 7, taps: 3, columns: 48),
    Shape(inputs: 8, outputs: 8, taps: 3, columns: 49),
    Shape(inputs: 7, outputs: 13, taps: 5, columns: 97),
    Shape(inputs: 16, outputs: 6, taps: 1, columns: 150),
  ]

  @Test(arguments: shapes, [Activation.none, .gelu, .glu])
  func equalsTheNaiveConvolution(shape: Shape, activation: Activation) {
    for numerics in Numerics.all { compare(shape, activation, numerics) }
  }

  private func compare(_ shape: Shape, _ activation: Activation, _ numerics: Numerics) {
    let rows = noise(rows: shape.inputs, columns: shape.columns, seed: 1)
    let channels = activation == .glu ? 2 * shape.outputs : shape.outputs
    let (weight, bias) = affine(channels, shape.inputs * shape.taps, seed: 2)
    let linear = Naive.convolution(
      Naive.table(numerics.multiplied.factors(rows)), numerics.factors(weight), bias,
      padding: shape.taps / 2)
    let expected =
      switch activation {
      case .gelu: Naive.gelu(linear)
      case .glu: Naive.glu(linear)
      default: linear
      }

    let conv = Convolution(
      weight: weight, bias: bias, inputs: shape.inputs,
      columns: (0..<shape.taps).map { $0 - shape.taps / 2 }, activation: activation,
      numerics: numerics)
    #expect(conv.outputs == shape.outputs)
    let x = Blocks(rows)
    let y = Blocks(count: 1, channels: shape.outputs, columns: shape.columns)
    apply(conv, x, y)
    #expect(difference(y.values(), expected) < numerics.multiplied.bound(float32: 3e-6))
    #expect(y.marginsAreZero)
  }

  /// As far beside the column as a margin goes, in jobs of some tiles, added to what stands there, and
  /// with what a snake or an ELU makes of it.
  @Test(
    arguments: [(taps: 7, dilation: 9), (7, 3), (3, 1), (7, 1)],
    [(inputs: 3, outputs: 5, columns: 1), (8, 150, 49), (5, 9, 101)])
  func dilatedTapsAndWhatFollows(
    _ kernel: (taps: Int, dilation: Int), _ shape: (inputs: Int, outputs: Int, columns: Int)
  ) {
    for numerics in Numerics.all { compareDilated(kernel, shape, numerics) }
  }

  private func compareDilated(
    _ kernel: (taps: Int, dilation: Int), _ shape: (inputs: Int, outputs: Int, columns: Int),
    _ numerics: Numerics
  ) {
    let rows = noise(rows: shape.inputs, columns: shape.columns, seed: 11)
    let (weight, bias) = affine(shape.outputs, shape.inputs * kernel.taps, seed: 12)
    let alpha = noise(shape.outputs, seed: 13, scale: 3)
    let reach = kernel.taps / 2
    let linear = Naive.convolution(
      Naive.table(numerics.multiplied.factors(rows)), numerics.factors(weight), bias,
      padding: reach * kernel.dilation, dilation: kernel.dilation)
    let old = noise(rows: shape.outputs, columns: shape.columns, seed: 14)
    let workers = Workers.spoiled(threads: 3)
    for activation in [Activation.none, .elu, .snake(Snake(alpha: alpha))] {
      let conv = Convolution(
        weight: weight, bias: bias, inputs: shape.inputs,
        columns: (0..<kernel.taps).map { ($0 - reach) * kernel.dilation },
        activation: activation, numerics: numerics)
      let expected =
        switch activation {
        case .none: linear
        case .elu: Naive.elu(linear)
        default: Naive.snake(linear, alpha: alpha)
        }
      let x = Blocks(rows)
      let y = Blocks(old)
      conv(x, at: 0, into: y, workers: workers)
      #expect(difference(y.values(), expected) < numerics.multiplied.bound(float32: 3e-6))
      #expect(y.marginsAreZero)
      guard activation == .none else { continue }
      let sum = Blocks(old)
      for panel in 0..<sum.panels {
        conv(
          x.panel(0, panel), into: sum.panel(0, panel),
          epilogue: Convolution.Epilogue(accumulate: true), Scratch.spoiled())
      }
      #expect(
        difference(sum.values(), Naive.sum(expected, Naive.table(old)))
          < numerics.multiplied.bound(float32: 3e-6))
      #expect(sum.marginsAreZero)
      // From a column in the middle on.
      let cut = shape.columns / 2
      let end = Blocks(count: 1, channels: shape.outputs, columns: shape.columns - cut)
      conv(x, at: cut, into: end, workers: workers)
      #expect(end.values() == y.values().map { Array($0[cut...]) })
    }
  }

  /// What stood in the output is not looked at, and tails of the last panel become zero.
  @Test(arguments: [1, 31, 47, 48, 49]) func overwritesWhatStoodThere(columns: Int) {
    let rows = noise(rows: 3, columns: columns, seed: 3)
    let (weight, bias) = affine(10, 3, seed: 4)
    let conv = Convolution(
      weight: weight, bias: bias, inputs: 3, activation: .glu, numerics: .float32)
    let x = Blocks(rows)
    let clean = Blocks(count: 1, channels: 5, columns: columns)
    let dirty = Blocks.dirty(channels: 5, columns: columns)
    apply(conv, x, clean)
    apply(conv, x, dirty)
    #expect(clean.values() == dirty.values())
    for channel in 0..<5 {
      for column in columns..<dirty.panels * Tile.columns {
        #expect(dirty.row(0, channel)[column] == 0)
      }
    }
  }

  @Test(arguments: [1, 4, 5, 11]) func shiftIsAddedAfterTheGate(outputs: Int) {
    let rows = noise(rows: 6, columns: 50, seed: 5)
    let (weight, bias) = affine(2 * outputs, 6, seed: 6)
    let shift = noise(outputs, seed: 7)
    let conv = Convolution(
      weight: weight, bias: bias, inputs: 6, activation: .glu, numerics: .float32)
    let x = Blocks(rows)
    let y = Blocks(count: 1, channels: outputs, columns: 50)
    let stored = FloatStorage(shift)
    apply(conv, x, y, shift: stored)
    let gated = Naive.glu(Naive.convolution(Naive.table(rows), weight, bias))
    let expected = zip(gated, shift).map { row, shift in row.map { $0 + Double(shift) } }
    #expect(difference(y.values(), expected) < 2e-6)
    #expect(y.marginsAreZero)
  }

  /// A 3×3 convolution over blocks, whose first and last rows of taps fall off the edges.
  @Test(arguments: [1, 2, 5], [1, 48, 61]) func tapsOutsideOfTheInputCountAsZero(
    count: Int, columns: Int
  ) {
    for precision in NumberFormat.products { compareAcrossBlocks(count, columns, precision) }
  }

  private func compareAcrossBlocks(_ count: Int, _ columns: Int, _ precision: NumberFormat) {
    let (inputs, outputs) = (3, 5)
    let values = (0..<count).map { noise(rows: inputs, columns: columns, seed: UInt64(10 + $0)) }
    let (weight, bias) = affine(outputs, inputs * 9, seed: 8)
    let conv = Convolution(
      weight: weight, bias: bias, inputs: inputs, blocks: 3, columns: [-1, 0, 1], activation: .none,
      numerics: Numerics(multiplied: precision))
    let x = Blocks(values)
    let y = Blocks(count: count, channels: outputs, columns: columns)
    let scratch = Scratch.spoiled()
    for block in 0..<count {
      for panel in 0..<y.panels {
        conv(
          x.panel(block - 1, panel), blockStride: x.blockStride,
          used: (block == 0 ? 1 : 0)..<(block == count - 1 ? 2 : 3), into: y.panel(block, panel),
          scratch)
      }
    }
    // The sum of a convolution along time for each neighbour.
    let zeros = Array(repeating: Float(0), count: outputs)
    for block in 0..<count {
      var expected = Array(
        repeating: Array(repeating: 0.0, count: columns), count: outputs)
      for row in 0..<3 where values.indices.contains(block + row - 1) {
        let kernel = (0..<outputs * inputs).flatMap { pair in
          let first = pair * 9 + row * 3
          return precision.factors(Array(weight[first..<first + 3]))
        }
        expected = Naive.sum(
          expected,
          Naive.convolution(
            Naive.table(precision.factors(values[block + row - 1])), kernel,
            row == 1 ? bias : zeros, padding: 1))
      }
      #expect(difference(y.values(block), expected) < precision.bound(float32: 3e-6))
    }
    #expect(y.marginsAreZero)
  }

  private func apply(
    _ conv: Convolution, _ x: Blocks, _ y: Blocks, shift: FloatStorage? = nil
  ) {
    let scratch = Scratch.spoiled()
    for panel in 0..<y.panels {
      conv(
        x.panel(0, panel), into: y.panel(0, panel),
        epilogue: Convolution.Epilogue(shift: shift.map { Floats($0.base) }), scratch)
    }
  }
}
