import TestSupport
import Testing

@testable import Tensors

@Suite struct PhasesTests {
  static let counts = [1, 2, 3, 4, 5, 8, 10, 12]

  /// Element m of phase r is column start + count·m + r, and zero where there is no such column.
  @Test(
    arguments: counts, [1, 2, 3, 47, 190, 253, 254, 255, 256, 257, 258, 259, 600, 800])
  func splitsColumnsByPhase(count: Int, columns: Int) {
    let rows = noise(rows: 2, columns: columns, seed: 4, scale: 1).map { $0.map { $0 + 2 } }
    let blocks = Blocks(rows)
    let phases = Phases(count: count)
    let floats = phases.floats(channels: 2)
    for start in [-2, 0, 1, 48 * count - count / 2, 96 * count] {
      let output = FloatStorage(Array(repeating: .nan, count: floats + 1))
      phases.split(blocks.rows(0), channels: 2, from: start, into: output.base)
      #expect(blocks.marginsAreZero)
      var wrong = 0
      for index in 0..<floats {
        let channel = index / 64 / count
        let column = start + count * (index % 64) + index / 64 % count
        let expected = column >= 0 && column < columns ? rows[channel][column] : 0
        wrong += output.base[index] == expected ? 0 : 1
      }
      #expect(wrong == 0, "from \(start)")
      #expect(output.base[floats].isNaN)
    }
  }

  @Test func reorderPutsPhasesBeforeTaps() {
    let kernels = (0..<16).map(Float.init)
    #expect(
      Phases(count: 4).reorder(kernels, rows: 2)
        == [0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15])
    #expect(
      Phases(count: 2).reorder(kernels, rows: 4)
        == [0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15])
  }
}
