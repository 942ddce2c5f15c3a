/// Weights in the order in which the tile kernel reads them: `[row / 8][depth][8]`, packed once at load.
///
/// The last tile is filled up with zero rows.
public struct PackedMatrix: Sendable {
  /// Rows, without the filling.
  public let rows: Int
  /// Columns: the terms of each sum.
  public let depth: Int
  /// Tiles of 8 rows.
  public var tiles: Int { Tile.tiles(rows) }

  private let storage: FloatStorage

  /// Packs `values[rowOffsets[r] + columnOffsets[k]]` as element (r, k).
  ///
  /// Two lists of offsets describe every order that a checkpoint's array must be brought into:
  /// transposed, interleaved or tap by tap.
  ///
  /// - Parameters:
  ///   - rowOffsets: one a row; nil is a row of zeros.
  ///   - columnOffsets: one a column.
  ///   - rowScale: a factor for each row.
  ///   - columnScale: a factor for each column.
  public init(
    _ values: [Float], rowOffsets: [Int?], columnOffsets: [Int], rowScale: [Float]? = nil,
    columnScale: [Float]? = nil
  ) {
    rows = rowOffsets.count
    depth = columnOffsets.count
    storage = FloatStorage(count: Tile.tiles(rowOffsets.count) * Tile.rows * columnOffsets.count)
    let last = columnOffsets.max() ?? 0
    for (row, offset) in rowOffsets.enumerated() {
      guard let offset else { continue }
      precondition(offset >= 0 && offset + last < values.count, "offsets reach outside of values")
      let scale = rowScale?[row] ?? 1
      let target = storage.base + (row / Tile.rows * depth * Tile.rows + row % Tile.rows)
      for k in 0..<depth {
        target[k &* Tile.rows] = values[offset &+ columnOffsets[k]] * scale
      }
      guard let columnScale else { continue }
      for k in 0..<depth { target[k &* Tile.rows] *= columnScale[k] }
    }
  }

  /// Packs a matrix `[rows][columns]` as it is.
  public init(
    _ values: [Float], rows: Int, columns: Int, rowScale: [Float]? = nil,
    columnScale: [Float]? = nil
  ) {
    self.init(
      values, rowOffsets: (0..<rows).map { $0 * columns }, columnOffsets: Array(0..<columns),
      rowScale: rowScale, columnScale: columnScale)
  }

  /// The values of a tile: `[depth][8]`.
  @inline(__always) func tile(_ index: Int) -> Floats {
    Floats(storage.base + index &* depth &* Tile.rows)
  }
}
