/// A view of one block's rows: `[channels, columns]` with zero margins.
package struct BlockRows {
  /// Column 0 of row 0.
  package let base: MutableFloats
  /// Floats from a row to the next.
  package let stride: Int
  /// Columns, without the margins.
  package let columns: Int

  /// A view of memory with `Blocks.margin` floats before `base`.
  package init(base: MutableFloats, stride: Int, columns: Int) {
    self.base = base
    self.stride = stride
    self.columns = columns
  }

  /// Column 0 of a row.
  @inline(__always) package func row(_ index: Int) -> MutableFloats { base + index &* stride }

  /// How many columns of a panel are not margin.
  @inline(__always) package func valid(panel: Int) -> Int {
    min(Tile.columns, columns &- panel &* Tile.columns)
  }

  /// Zeroes the margins of the first `rows` rows, in memory that held something else before.
  package func clearMargins(rows: Int) {
    (base - Blocks.margin).update(repeating: 0, count: Blocks.margin)
    for index in 0..<rows {
      (row(index) + columns).update(repeating: 0, count: stride &- columns)
    }
  }
}

extension Blocks {
  /// The rows of a block.
  @inline(__always) package func rows(_ block: Int) -> BlockRows {
    BlockRows(base: self.block(block), stride: stride, columns: columns)
  }
}
