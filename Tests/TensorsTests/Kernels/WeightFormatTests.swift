import Checkpoints
import Testing

@testable import Tensors

@Suite struct WeightFormatTests {
  /// What is kept is the nearest value there is: off by half a unit in the last place at most.
  @Test(arguments: [WeightFormat.bf16, .f16], [1e-3, 1, 300] as [Float])
  func keepsTheNearestValue(format: WeightFormat, scale: Float) {
    let values = noise(1000, seed: 1, scale: scale)
    let kept = format.rounded(values)
    let bits = format == .bf16 ? 8 : 11
    for (value, kept) in zip(values, kept) {
      // Below 2⁻¹⁴ halves are subnormal, with a fixed step of 2⁻²⁴.
      let step = max(value.ulp * Float(1 << (24 - bits)), format == .f16 ? 0x1p-24 : 0)
      #expect(abs(value - kept) <= step / 2)
    }
  }

  @Test func tiesGoToEven() {
    #expect(WeightFormat.bf16.narrowed(1 + 0x1p-8) == 0x3f80)
    #expect(WeightFormat.bf16.narrowed(1 + 3 * 0x1p-8) == 0x3f82)
    #expect(WeightFormat.f16.narrowed(1 + 0x1p-11) == 0x3c00)
    #expect(WeightFormat.f16.narrowed(1 + 3 * 0x1p-11) == 0x3c02)
  }

  @Test func whatIsNoNumberStaysSo() {
    for format in [WeightFormat.bf16, .f16] {
      #expect(format.rounded([.nan, Float(bitPattern: 0x7fff_ffff)]).allSatisfy { $0.isNaN })
      #expect(format.rounded([.infinity, -.infinity]) == [.infinity, -.infinity])
    }
  }

  /// Rows that a file already has in half the size come out as they went in.
  @Test(arguments: [(1, 1), (7, 3), (8, 16), (9, 5), (17, 33)], WeightFormat.allCases)
  func tilesHoldTheRowsOfAllParts(shape: (rows: Int, depth: Int), format: WeightFormat) {
    let parts = [1, 2].map { format.rounded(noise(shape.rows * shape.depth, seed: $0)) }
    let stored = parts.map { StoredRows($0, rows: shape.rows) }
    let workers = Workers.spoiled(threads: 3)
    let matrix = StreamedMatrix(stored[0], stored[1], format: format, workers: workers) {
      part, row in
      part == 0 ? shape.rows - 1 - row : row
    }
    #expect(matrix.rows == 2 * shape.rows)
    let scratch = FloatStorage(count: Tile.rows * (shape.depth + 2))
    for terms in [0..<shape.depth, shape.depth / 2..<shape.depth] {
      for tile in 0..<matrix.tiles {
        let values = matrix.tile(tile, terms: terms, widenedInto: scratch.base)
        for row in tile * 8..<tile * 8 + 8 {
          let part = row / shape.rows
          let source = part == 0 ? shape.rows - 1 - row : row - shape.rows
          for (index, k) in terms.enumerated() {
            let expected = part < 2 ? parts[part][source * shape.depth + k] : 0
            #expect(values[index * 8 + row % 8] == expected)
          }
        }
      }
    }
  }
}
