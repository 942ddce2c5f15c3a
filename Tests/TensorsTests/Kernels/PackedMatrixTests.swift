import Testing

@testable import Tensors

@Suite struct PackedMatrixTests {
  @Test(arguments: [1, 3, 7, 8, 9, 17], [1, 2, 5, 13])
  func packsRowsInTilesOfEight(rows: Int, columns: Int) {
    let values = noise(rows * columns, seed: 1)
    let matrix = PackedMatrix(values, rows: rows, columns: columns)
    #expect(matrix.rows == rows)
    #expect(matrix.depth == columns)
    #expect(matrix.tiles == (rows + 7) / 8)
    for row in 0..<matrix.tiles * 8 {
      for column in 0..<columns {
        let expected = row < rows ? values[row * columns + column] : 0
        #expect(matrix.at(row, column) == expected)
      }
    }
  }

  @Test func offsetsTransposeAndInterleave() {
    let values = (0..<24).map(Float.init)
    let matrix = PackedMatrix(
      values, rowOffsets: [2, nil, 0, 3, nil, 1, 2, 2, nil, 3],
      columnOffsets: (0..<6).reversed().map { $0 * 4 })
    let sources: [Float?] = [2, nil, 0, 3, nil, 1, 2, 2, nil, 3]
    #expect(matrix.tiles == 2)
    for (row, source) in sources.enumerated() {
      for column in 0..<6 {
        #expect(matrix.at(row, column) == source.map { $0 + Float(5 - column) * 4 } ?? 0)
      }
    }
  }

  @Test func scalesMultiplyRowsAndColumns() {
    let values = noise(9 * 5, seed: 1)
    let (rowScale, columnScale) = (noise(9, seed: 2), noise(5, seed: 3))
    let matrix = PackedMatrix(
      values, rows: 9, columns: 5, rowScale: rowScale, columnScale: columnScale)
    for row in 0..<9 {
      for column in 0..<5 {
        let expected = Double(values[row * 5 + column]) * Double(rowScale[row])
        #expect(
          abs(Double(matrix.at(row, column)) - expected * Double(columnScale[column])) < 1e-7)
      }
    }
  }
}

extension PackedMatrix {
  fileprivate func at(_ row: Int, _ column: Int) -> Float {
    tile(row / 8)[column * 8 + row % 8]
  }
}
