import Testing

@testable import Tensors

@Suite struct PhasesTests {
  /// Phase r of position m is column 4·m + r − 2, and zero where there is no such column.
  @Test(arguments: [1, 2, 3, 47, 190, 253, 254, 255, 256, 257, 258, 259, 600], [0, 48, 96])
  func splitsColumnsByPhase(columns: Int, position: Int) {
    let rows = noise(rows: 2, columns: columns, seed: 4, scale: 1).map { $0.map { $0 + 2 } }
    let output = FloatStorage(Array(repeating: .nan, count: Phases.floats(channels: 2) + 1))
    let blocks = Blocks(rows)
    Phases.split(blocks.rows(0), channels: 2, position: position, into: output.base)
    #expect(blocks.marginsAreZero)
    var wrong = 0
    for index in 0..<Phases.floats(channels: 2) {
      let (channel, phase, offset) = (index / 256, index / 64 % 4, index % 64)
      let column = 4 * (position + offset) + phase - 2
      let expected = column >= 0 && column < columns ? rows[channel][column] : 0
      wrong += output.base[index] == expected ? 0 : 1
    }
    #expect(wrong == 0)
    #expect(output.base[Phases.floats(channels: 2)].isNaN)
  }

  @Test func reorderPutsPhasesBeforeTaps() {
    let kernels = (0..<16).map(Float.init)
    #expect(
      Phases.reorder(kernels, rows: 2)
        == [0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15])
  }

  /// Kernel 8, stride 4, padding 2. A length that is no multiple of 4 counts as filled up with zeros,
  /// as the reference does it.
  @Test(arguments: Array(1...200) + [395, 777])
  func convolutionOverPhasesEqualsAStridedOne(columns: Int) {
    let (inputs, outputs) = (3, 5)
    let rows = noise(rows: inputs, columns: columns, seed: 6)
    let (weight, bias) = affine(outputs, inputs * 8, seed: 7)
    let filling = Array(repeating: 0.0, count: (4 - columns % 4) % 4)
    let expected = Naive.convolution(
      Naive.table(rows).map { $0 + filling }, weight, bias, stride: 4, padding: 2)
    let conv = Convolution(
      weight: Phases.reorder(weight, rows: inputs * outputs), bias: bias,
      inputs: inputs * Phases.count, columns: [0, 1], activation: .none, precision: .f32)

    let x = Blocks(rows)
    let y = Blocks(count: 1, channels: outputs, columns: expected[0].count)
    let phases = FloatStorage(count: Phases.floats(channels: inputs))
    let scratch = FloatStorage(count: conv.scratch)
    for panel in 0..<y.panels {
      let column = panel * Tile.columns
      Phases.split(x.rows(0), channels: inputs, position: column, into: phases.base)
      conv(
        origin: Floats(phases.base), stride: Phases.stride,
        output: y.block(0) + column, outputStride: y.stride, valid: y.valid(panel: panel),
        scratch: scratch.base)
    }
    #expect(difference(y.values(), expected) < 2e-6)
    #expect(y.marginsAreZero)
  }
}
