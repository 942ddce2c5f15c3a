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
  var precision: NumberFormat
}

/// `c[8][48] = Σₖ a[k][0..<8] · b[k][0..<48]`, added to `c` if `accumulate`. Of int8, `c` holds whole numbers.
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
  case (.f32, false):
    multiplyTile4x16(a, aStride: aStride, b, into: c, accumulate: accumulate, FloatProduct.self)
  case (.int8, true) where Processor.hasVNNI:
    multiplyTile8x48(a, aStride: aStride, b, into: c, accumulate: accumulate, ByteProduct.self)
  case (.int8, _):
    multiplyTile4x16(
      a, aStride: aStride, b, into: c, accumulate: accumulate, WidenedByteProduct.self)
  case (.f16, _) where Processor.hasFP16:
    multiplyHalfTile8x48(a, aStride: aStride, b, into: c, accumulate: accumulate, HalfProduct.self)
  case (.f16, _):
    multiplyHalfTile8x48(
      a, aStride: aStride, b, into: c, accumulate: accumulate, WidenedHalfProduct.self)
  case (.bf16, true) where Processor.hasBF16:
    multiplyTile8x48(a, aStride: aStride, b, into: c, accumulate: accumulate, PairProduct.self)
  case (.bf16, _):
    multiplyTile4x16(
      a, aStride: aStride, b, into: c, accumulate: accumulate, WidenedPairProduct.self)
  }
}

/// `c[8][48] = Σₖ a[k][0..<8] · b[k][0..<48]` with a packed panel on the right.
@inline(__always)
func multiplyTile(
  _ a: Floats, aStride: Int = Tile.rows, panel b: Floats, depth: Int, precision: NumberFormat,
  into c: MutableFloats, accumulate: Bool = false
) {
  multiplyTile(
    a, aStride: aStride,
    TileRows(
      origin: b, stride: Tile.columns, depth: depth, offsets: nil, taps: 1,
      precision: precision),
    into: c, accumulate: accumulate)
}
