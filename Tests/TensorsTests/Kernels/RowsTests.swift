import TestSupport
import Testing

@testable import Tensors

@Suite struct RowsTests {
  @Test(arguments: 0...48) func storesZerosBehindTheValidColumns(valid: Int) {
    let target = FloatStorage(Array(repeating: .nan, count: 49))
    let source = FloatStorage(noise(48, seed: 1, center: 3))
    Rows.store(target.base, valid: valid) { source.base.lanes($0) }
    for column in 0..<48 {
      #expect(target.base[column] == (column < valid ? source.base[column] : 0))
    }
    #expect(target.base[48].isNaN)
  }

  /// Longer than the 4,096 columns that are summed in float, and not whole vectors.
  @Test(arguments: [1, 15, 16, 17, 47, 336, 4095, 4096, 4097, 9001])
  func sumsEqualThoseInDouble(columns: Int) {
    let blocks = Blocks(noise(rows: 2, columns: columns, seed: UInt64(columns)))
    let (a, b) = (Floats(blocks.row(0, 0)), Floats(blocks.row(0, 1)))
    let x = blocks.values()[0].map(Double.init)
    let y = blocks.values()[1].map(Double.init)
    let squares = x.reduce(0) { $0 + $1 * $1 }
    // The terms of a sum may cancel, so that errors are relative to their absolute values.
    let size = x.reduce(0) { $0 + abs($1) }
    let moments = Rows.sums(a, columns: columns)
    #expect(abs(moments.sum - x.reduce(0, +)) <= 1e-6 * size)
    #expect(abs(moments.squares - squares) <= 2e-6 * squares)
    let dot = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(Rows.dot(a, b, columns: columns) - dot) <= 1e-6 * size)
  }

  @Test func momentsGiveMeanAndDeviation() {
    let values = noise(1001, seed: 5, scale: 3, center: 2).map(Double.init)
    var moments = Moments()
    for value in values { moments.add(Moments(sum: value, squares: value * value)) }
    let mean = values.reduce(0, +) / 1001
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1001
    let norm = moments.normalization(count: 1001, epsilon: 0.5)
    #expect(abs(Double(norm.mean) - mean) < 1e-6)
    #expect(abs(Double(norm.scale) - 1 / (variance + 0.5).squareRoot()) < 1e-6)
  }

  /// Rounding can make the variance of equal values negative.
  @Test(arguments: [0, 0.1, 12345.678, -1e10]) func equalValuesHaveNoDeviation(value: Double) {
    let moments = Moments(sum: 3 * value, squares: 3 * value * value)
    let norm = moments.normalization(count: 3)
    #expect(norm.scale.isFinite && norm.scale > 0)
  }
}
