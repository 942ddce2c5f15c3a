/// Weights in the order in which the tile kernel reads them: `[row / 8][depth][8]`, packed once at load.
///
/// The last tile is filled up with zero rows.
package struct PackedMatrix: Sendable {
  /// Rows, without the filling.
  package let rows: Int
  /// Words of each sum: its terms, or pairs of them.
  let depth: Int
  /// What a word holds.
  let precision: Precision
  /// Tiles of 8 rows.
  package var tiles: Int { Tile.tiles(rows) }

  private let storage: FloatStorage

  /// Packs `values[rowOffsets[r] + columnOffsets[k]]` as element (r, k).
  ///
  /// Two lists of offsets describe every order that a checkpoint's array must be brought into:
  /// transposed, interleaved or tap by tap.
  ///
  /// - Parameters:
  ///   - rowOffsets: one a row; nil is a row of zeros.
  ///   - columnOffsets: one a column; nil is a column of zeros. In `.bf16` neighbours are paired.
  ///   - rowScale: a factor for each row.
  ///   - columnScale: a factor for each column.
  package init(
    _ values: [Float], rowOffsets: [Int?], columnOffsets: [Int?], rowScale: [Float]? = nil,
    columnScale: [Float]? = nil, precision: Precision = .f32
  ) {
    rows = rowOffsets.count
    depth = precision.words(columnOffsets.count)
    self.precision = precision
    storage = FloatStorage(count: Tile.tiles(rowOffsets.count) * Tile.rows * depth)
    let last = columnOffsets.lazy.compactMap { $0 }.max() ?? 0
    var row = [Float](repeating: 0, count: 2 * depth)
    for (index, offset) in rowOffsets.enumerated() {
      guard let offset else { continue }
      precondition(offset >= 0 && offset + last < values.count, "offsets reach outside of values")
      let scale = rowScale?[index] ?? 1
      for (k, column) in columnOffsets.enumerated() {
        row[k] = column.map { values[offset &+ $0] * scale } ?? 0
      }
      if let columnScale { for k in columnScale.indices { row[k] *= columnScale[k] } }
      let target = storage.base + (index / Tile.rows * depth * Tile.rows + index % Tile.rows)
      for k in 0..<depth {
        target[k &* Tile.rows] =
          precision == .f32 ? row[k] : Narrowing.pair(row[2 &* k], row[2 &* k &+ 1])
      }
    }
  }

  /// Packs a matrix `[rows][columns]` as it is.
  package init(
    _ values: [Float], rows: Int, columns: Int, rowScale: [Float]? = nil,
    columnScale: [Float]? = nil, precision: Precision = .f32
  ) {
    self.init(
      values, rowOffsets: (0..<rows).map { $0 * columns }, columnOffsets: Array(0..<columns),
      rowScale: rowScale, columnScale: columnScale, precision: precision)
  }

  /// The values of a tile: `[depth][8]`.
  @inline(__always) func tile(_ index: Int) -> Floats {
    Floats(storage.base + index &* depth &* Tile.rows)
  }
}
