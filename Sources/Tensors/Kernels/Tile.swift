/// The block of a matrix product that stays in registers: 8 rows × 48 columns.
///
/// Matrices meet the kernel as *panels*: the left one as tiles of 8 rows, `[row / 8][depth][8]`, the
/// right one as panels of 48 columns, `[column / 48][depth][48]`. A result tile is `[8][48]`.
public enum Tile {
  /// Rows of a tile.
  public static let rows = 8
  /// Columns of a tile.
  public static let columns = 48
  /// Floats of a tile.
  public static let count = rows * columns

  /// Columns rounded up to whole panels.
  public static func panels(_ columns: Int) -> Int { (columns + Tile.columns - 1) / Tile.columns }

  /// Rows rounded up to whole tiles.
  public static func tiles(_ rows: Int) -> Int { (rows + Tile.rows - 1) / Tile.rows }
}

/// Where the kernel finds the right matrix: rows of floats, `stride` apart, in runs of `depth` rows that
/// begin at `origin + offsets[tap]` (without offsets: at `origin`).
///
/// A packed panel is one run with stride 48. A convolution over rows that lie in the cache is a run
/// of all channels for each tap, which spares the packing.
struct TileRows {
  var origin: Floats
  var stride: Int
  var depth: Int
  var offsets: UnsafePointer<Int>?
  var taps: Int
  /// What a word of either matrix holds; `depth` counts words.
  var precision: Precision
}

/// `c[8][48] = Σₖ a[k][0..<8] · b[k][0..<48]`, added to `c` if `accumulate`.
///
/// - Parameters:
///   - a: the left matrix, 8 values each `aStride` floats, in the order of the runs of `b`.
///   - c: 8 × 48 floats, contiguous.
@inline(__always)
func multiplyTile(
  _ a: Floats, aStride: Int, _ b: TileRows, into c: MutableFloats, accumulate: Bool = false
) {
  switch (b.precision, Processor.hasAVX512) {
  case (.f32, true):
    multiplyTile8x48(a, aStride: aStride, b, into: c, accumulate: accumulate, FloatProduct.self)
  case (.bf16, true):
    multiplyTile8x48(a, aStride: aStride, b, into: c, accumulate: accumulate, PairProduct.self)
  case (.f32, false):
    multiplyTile4x16(a, aStride: aStride, b, into: c, accumulate: accumulate, FloatProduct.self)
  case (.bf16, false):
    multiplyTile4x16(a, aStride: aStride, b, into: c, accumulate: accumulate, PairProduct.self)
  }
}

/// `c[8][48] = Σₖ a[k][0..<8] · b[k][0..<48]` with a packed panel on the right.
@inline(__always)
func multiplyTile(
  _ a: Floats, aStride: Int = Tile.rows, panel b: Floats, depth: Int, precision: Precision,
  into c: MutableFloats, accumulate: Bool = false
) {
  multiplyTile(
    a, aStride: aStride,
    TileRows(
      origin: b, stride: Tile.columns, depth: depth, offsets: nil, taps: 1,
      precision: precision),
    into: c, accumulate: accumulate)
}
