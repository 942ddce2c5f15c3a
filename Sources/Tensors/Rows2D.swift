/// A view of one block's rows: `[channels, columns]` with zero margins.
struct Rows2D {
  /// Column 0 of row 0.
  var base: MutableFloats
  /// Floats from a row to the next.
  var stride: Int
  /// Columns, without the margins.
  var columns: Int

  @inline(__always) func row(_ index: Int) -> MutableFloats { base + index &* stride }

  @inline(__always) func valid(panel: Int) -> Int {
    min(Tile.columns, columns &- panel &* Tile.columns)
  }
}

extension Blocks {
  @inline(__always) func rows(_ block: Int) -> Rows2D {
    Rows2D(base: self.block(block), stride: stride, columns: columns)
  }
}
