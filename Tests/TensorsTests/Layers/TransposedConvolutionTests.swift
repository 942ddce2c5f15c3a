import Testing

@testable import Tensors

/// Kernel 8, stride 4: the naive twin computes all positions, of which the first two and some at the end
/// are cut off.
@Suite struct TransposedConvolutionTests {
  @Test(
    arguments: [
      (inputs: 1, outputs: 1, columns: 1), (3, 2, 2), (2, 3, 47), (3, 5, 48), (5, 1, 49),
      (4, 4, 95), (2, 2, 96), (3, 2, 143), (9, 4, 200),
    ], [Activation.none, .gelu])
  func alongColumns(_ shape: (inputs: Int, outputs: Int, columns: Int), activation: Activation) {
    let rows = noise(rows: shape.inputs, columns: shape.columns, seed: 1)
    let x = Blocks(rows)
    for (cut, precision) in [(0, Precision.f32), (1, .bf16), (2, .f32), (3, .f32), (3, .bf16)] {
      let layer = Layer(
        inputs: shape.inputs, outputs: shape.outputs, activation: activation,
        precision: precision)
      let all = layer.naive(Naive.table(precision.rounded(rows)))
      let scratch = FloatStorage(Array(repeating: .nan, count: layer.fast.scratch))
      for accumulate in [false, true] {
        let length = 4 * shape.columns - cut
        let skip = noise(rows: shape.outputs, columns: length, seed: 2)
        let y = Blocks(skip)
        for panel in 0..<Tile.panels(shape.columns + 1) {
          layer.fast.alongColumns(
            x, panel: panel, into: y, accumulate: accumulate, scratch: scratch.base)
        }
        var expected = all.map { Array($0[2..<2 + length]) }
        if accumulate { expected = Naive.sum(expected, Naive.table(skip)) }
        #expect(difference(y.values(), expected) < 3e-6)
        #expect(y.marginsAreZero)
      }
    }
  }

  /// The axis of the blocks is the one that grows; columns are independent.
  @Test(
    arguments: [
      (inputs: 1, outputs: 1, blocks: 1), (3, 2, 1), (2, 3, 2), (5, 5, 3), (4, 2, 8),
    ], [1, 47, 48, 49])
  func alongBlocks(_ shape: (inputs: Int, outputs: Int, blocks: Int), columns: Int) {
    for precision in Precision.all { compareAlongBlocks(shape, columns, precision) }
  }

  private func compareAlongBlocks(
    _ shape: (inputs: Int, outputs: Int, blocks: Int), _ columns: Int, _ precision: Precision
  ) {
    let layer = Layer(
      inputs: shape.inputs, outputs: shape.outputs, activation: .gelu, precision: precision)
    let values = (0..<shape.blocks).map {
      noise(rows: shape.inputs, columns: columns, seed: UInt64(20 + $0))
    }
    let x = Blocks(values)
    let scratch = FloatStorage(Array(repeating: .nan, count: layer.fast.scratch))
    let rounded = values.map { precision.rounded($0) }
    for accumulate in [false, true] {
      let skip = (0..<4 * shape.blocks).map {
        noise(rows: shape.outputs, columns: columns, seed: UInt64(50 + $0))
      }
      let y = Blocks(skip)
      for group in 0...shape.blocks {
        for panel in 0..<x.panels {
          layer.fast.alongBlocks(
            x, group: group, panel: panel, into: y, accumulate: accumulate, scratch: scratch.base)
        }
      }
      var worst = 0.0
      for column in 0..<columns {
        let along = (0..<shape.inputs).map { channel in
          rounded.map { Double($0[channel][column]) }
        }
        let all = layer.naive(along)
        for block in 0..<4 * shape.blocks {
          let actual = y.values(block).map { $0[column] }
          let before = skip[block].map { accumulate ? Double($0[column]) : 0 }
          worst = max(
            worst, difference(actual, zip(all, before).map { $0[block + 2] + $1 }))
        }
      }
      #expect(worst < 3e-6)
      #expect(y.marginsAreZero)
    }
  }

  private struct Layer {
    /// As it takes part in products.
    let weight: [Float]
    let bias: [Float]
    let activation: Activation
    let fast: TransposedConvolution

    init(inputs: Int, outputs: Int, activation: Activation, precision: Precision) {
      let values = noise(inputs * outputs * 8, seed: 3)
      weight = precision.rounded(values)
      bias = noise(outputs, seed: 4)
      self.activation = activation
      fast = TransposedConvolution(
        weight: values, bias: bias, inputs: inputs, activation: activation, precision: precision)
    }

    func naive(_ x: Table) -> Table {
      let result = Naive.transposed(x, weight, bias)
      return activation == .gelu ? Naive.gelu(result) : result
    }
  }
}
