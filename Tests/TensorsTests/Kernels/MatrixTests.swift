import Checkpoints
import TestSupport
import Testing

@testable import Tensors

@Suite struct MatrixTests {
  @Test(arguments: [1, 3, 7, 8, 9, 17], [1, 2, 5, 13])
  func packsRowsInTilesOfEight(rows: Int, columns: Int) {
    let values = noise(rows * columns, seed: 1)
    let matrix = Matrix(
      values, rowOffsets: (0..<rows).map { $0 * columns }, columnOffsets: Array(0..<columns),
      numerics: .float32)
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
    let matrix = Matrix(
      values, rowOffsets: [2, nil, 0, 3, nil, 1, 2, 2, nil, 3],
      columnOffsets: (0..<6).reversed().map { $0 * 4 }, numerics: .float32)
    let sources: [Float?] = [2, nil, 0, 3, nil, 1, 2, 2, nil, 3]
    #expect(matrix.tiles == 2)
    for (row, source) in sources.enumerated() {
      for column in 0..<6 {
        #expect(matrix.at(row, column) == source.map { $0 + Float(5 - column) * 4 } ?? 0)
      }
    }
  }

  /// In the order that they have, which is copied, the start of it, another, and with zeros between.
  @Test(
    arguments: [[0, 1, 2, 3, 4], [0, 1, 2], [4, 3, 2, 1, 0], [0, nil, 2, 3, nil], [1, 2, 3]],
    [(false, false), (true, false), (false, true), (true, true)])
  func scalesMultiplyRowsAndColumns(columns: [Int?], scaled: (rows: Bool, columns: Bool)) {
    let values = noise(9 * 5, seed: 1)
    let (rowScale, columnScale) = (noise(10, seed: 2), noise(columns.count, seed: 3))
    let rows = (0..<9).map { $0 * 5 as Int? } + [nil]
    let matrix = Matrix(
      values, rowOffsets: rows, columnOffsets: columns, rowScale: scaled.rows ? rowScale : nil,
      columnScale: scaled.columns ? columnScale : nil, numerics: .float32)
    for (row, offset) in rows.enumerated() {
      for (k, column) in columns.enumerated() {
        var expected = 0.0
        if let offset, let column { expected = Double(values[offset + column]) }
        if scaled.rows { expected *= Double(rowScale[row]) }
        if scaled.columns { expected *= Double(columnScale[k]) }
        #expect(abs(Double(matrix.at(row, k)) - expected) < 1e-7)
      }
    }
  }

  /// The rows of all parts in another order, some of them zeros, and columns likewise, however they are stored.
  @Test(arguments: [(1, 1), (7, 3), (8, 16), (9, 5), (17, 33)], Numerics.all)
  func tilesHoldTheRowsOfAllParts(shape: (rows: Int, depth: Int), numerics: Numerics) {
    let parts = [1, 2].map { noise(shape.rows * shape.depth, seed: $0) }
    let rows = Array((0..<2 * shape.rows).reversed()) + [nil, 0]
    let columns = Array((0..<shape.depth).reversed()) + [nil]
    let matrix = Matrix(
      parts.map { StoredRows($0, rows: shape.rows) }, rows: rows, columns: columns,
      numerics: numerics, workers: .spoiled(threads: 3))
    #expect(matrix.rows == rows.count)
    #expect(matrix.terms == columns.count)
    let all = numerics.factors(parts[0] + parts[1])
    var scratch = Scratch.spoiled()
    let room = matrix.room(&scratch, words: matrix.depth)
    for words in [0..<matrix.depth, matrix.depth / 2..<matrix.depth] {
      for tile in 0..<matrix.tiles {
        let values = matrix.tile(tile, words, room)
        for row in tile * 8..<tile * 8 + 8 {
          for (index, word) in words.enumerated() {
            let bits = values[index * 8 + row % 8].bitPattern
            let found = numerics.multiplied.values(ofWord: bits)
            let expected = found.indices.map { part -> Float in
              let k = word * found.count + part
              guard row < rows.count, k < columns.count, let row = rows[row],
                let column = columns[k]
              else { return 0 }
              return all[row * shape.depth + column]
            }
            #expect(found == expected)
          }
        }
      }
    }
  }
}

extension Matrix {
  fileprivate func at(_ row: Int, _ column: Int) -> Float {
    tile(row / 8)[column * 8 + row % 8]
  }
}
