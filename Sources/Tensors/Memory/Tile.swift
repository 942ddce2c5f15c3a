/// The block of a matrix product that stays in registers: 8 rows × 48 columns.
///
/// Matrices meet the kernel as *panels*: the left one as tiles of 8 rows, `[row / 8][depth][8]`, the
/// right one as panels of 48 columns, `[column / 48][depth][48]`. A result tile is `[8][48]`.
package enum Tile {
  /// Rows of a tile.
  package static let rows = 8
  /// Columns of a tile.
  package static let columns = 48
  /// Floats of a tile.
  package static let count = rows * columns

  /// Columns rounded up to whole panels.
  package static func panels(_ columns: Int) -> Int { (columns + Tile.columns - 1) / Tile.columns }

  /// Rows rounded up to whole tiles.
  package static func tiles(_ rows: Int) -> Int { (rows + Tile.rows - 1) / Tile.rows }
}
