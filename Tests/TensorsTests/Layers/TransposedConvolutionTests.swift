import TestSupport
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
    for (index, numerics) in Numerics.all.enumerated() {
      let cut = index % 4
      let layer = Layer(
        inputs: shape.inputs, outputs: shape.outputs, activation: activation,
        numerics: numerics)
      let all = layer.naive(Naive.table(numerics.multiplied.factors(rows)))
      let scratch = Scratch.spoiled()
      for accumulate in [false, true] {
        let length = 4 * shape.columns - cut
        let skip = noise(rows: shape.outputs, columns: length, seed: 2)
        let y = Blocks(skip)
        for panel in 0..<Tile.panels(shape.columns + 1) {
          layer.fast.alongColumns(
            x, position: panel * Tile.columns, into: y, accumulate: accumulate,
            scratch)
        }
        var expected = all.map { Array($0[2..<2 + length]) }
        if accumulate { expected = Naive.sum(expected, Naive.table(skip)) }
        #expect(difference(y.values(), expected) < numerics.multiplied.bound(float32: 3e-6))
        #expect(y.marginsAreZero)
      }
    }
  }

  /// Any stride, and the columns of an output that begins later and ends earlier than the input's.
  @Test(
    arguments: [(factor: 1, padding: 0), (2, 1), (3, 2), (5, 0), (8, 4), (10, 5), (12, 6)],
    [(inputs: 3, outputs: 5, columns: 1), (2, 3, 50), (5, 9, 97)])
  func anyFactorAlongColumns(
    _ layer: (factor: Int, padding: Int), _ shape: (inputs: Int, outputs: Int, columns: Int)
  ) {
    let rows = noise(rows: shape.inputs, columns: shape.columns, seed: 1)
    let weight = noise(shape.inputs * shape.outputs * 2 * layer.factor, seed: 2)
    let bias = noise(shape.outputs, seed: 3)
    let all = Naive.transposed(Naive.table(rows), weight, bias, stride: layer.factor)
    let fast = TransposedConvolution(
      weight: weight, bias: bias, inputs: shape.inputs, factor: layer.factor,
      padding: layer.padding, activation: .none, numerics: .float32)
    let x = Blocks(rows)
    let scratch = Scratch.spoiled()
    let length = layer.factor * shape.columns
    for (cut, first) in [(0, 0), (length / 3, 0), (length / 4, shape.columns / 4)] {
      let y = Blocks(count: 1, channels: shape.outputs, columns: length - 2 * cut)
      for position in stride(from: first, through: shape.columns, by: Tile.columns) {
        fast.alongColumns(
          x, position: position, into: y, shift: -cut, accumulate: false, scratch)
      }
      // What the positions before the first one give is not there.
      let start = max(0, layer.factor * first - layer.padding - cut)
      let expected = all.map { row in
        (0..<y.columns).map { $0 < start ? 0 : row[$0 + cut + layer.padding] }
      }
      #expect(difference(y.values(), expected) < 3e-6)
      #expect(y.marginsAreZero)
      guard first == 0 else { continue }
      let workers = Workers.spoiled(threads: 3)
      let shared = Blocks(count: 1, channels: shape.outputs, columns: length - 2 * cut)
      fast.alongColumns(
        x, into: shared, shift: -cut, workers: workers
      )
      #expect(shared.values() == y.values())
    }
  }

  /// The axis of the blocks is the one that grows; columns are independent.
  @Test(
    arguments: [
      (inputs: 1, outputs: 1, blocks: 1), (3, 2, 1), (2, 3, 2), (5, 5, 3), (4, 2, 8),
    ], [1, 47, 48, 49])
  func alongBlocks(_ shape: (inputs: Int, outputs: Int, blocks: Int), columns: Int) {
    for numerics in Numerics.all { compareAlongBlocks(shape, columns, numerics) }
  }

  private func compareAlongBlocks(
    _ shape: (inputs: Int, outputs: Int, blocks: Int), _ columns: Int, _ numerics: Numerics
  ) {
    let layer = Layer(
      inputs: shape.inputs, outputs: shape.outputs, activation: .gelu,
      numerics: numerics)
    let values = (0..<shape.blocks).map {
      noise(rows: shape.inputs, columns: columns, seed: UInt64(20 + $0))
    }
    let x = Blocks(values)
    let scratch = Scratch.spoiled()
    let rounded = values.map { numerics.multiplied.factors($0) }
    for accumulate in [false, true] {
      let skip = (0..<4 * shape.blocks).map {
        noise(rows: shape.outputs, columns: columns, seed: UInt64(50 + $0))
      }
      let y = Blocks(skip)
      for group in 0...shape.blocks {
        for panel in 0..<x.panels {
          layer.fast.alongBlocks(
            x, group: group, panel: panel, into: y, accumulate: accumulate, scratch)
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
      #expect(worst < numerics.multiplied.bound(float32: 3e-6))
      #expect(y.marginsAreZero)
    }
  }

  private struct Layer {
    /// As it takes part in products.
    let weight: [Float]
    let bias: [Float]
    let activation: Activation
    let fast: TransposedConvolution

    init(inputs: Int, outputs: Int, activation: Activation, numerics: Numerics) {
      let values = noise(inputs * outputs * 8, seed: 3)
      weight = numerics.factors(values)
      bias = noise(outputs, seed: 4)
      self.activation = activation
      fast = TransposedConvolution(
        weight: values, bias: bias, inputs: inputs, activation: activation,
        numerics: numerics)
    }

    func naive(_ x: Table) -> Table {
      let result = Naive.transposed(x, weight, bias)
      return activation == .gelu ? Naive.gelu(result) : result
    }
  }
}
