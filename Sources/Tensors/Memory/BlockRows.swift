/// A view of one block's rows: `[channels, columns]` with zero margins.
public struct BlockRows {
  /// Column 0 of row 0.
  public let base: MutableFloats
  /// Floats from a row to the next.
  public let stride: Int
  /// Columns, without the margins.
  public let columns: Int

  /// A view of memory with `Blocks.margin` floats before `base`.
  public init(base: MutableFloats, stride: Int, columns: Int) {
    self.base = base
    self.stride = stride
    self.columns = columns
  }

  /// Column 0 of a row.
  @inline(__always) public func row(_ index: Int) -> MutableFloats { base + index &* stride }

  /// How many columns of a panel are not margin.
  @inline(__always) public func valid(panel: Int) -> Int {
    min(Tile.columns, columns &- panel &* Tile.columns)
  }

  /// Zeroes the margins of the first `rows` rows, in memory that held something else before.
  public func clearMargins(rows: Int) {
    (base - Blocks.margin).update(repeating: 0, count: Blocks.margin)
    for index in 0..<rows {
      (row(index) + columns).update(repeating: 0, count: stride &- columns)
    }
  }
}

extension Blocks {
  /// The rows of a block.
  @inline(__always) public func rows(_ block: Int) -> BlockRows {
    BlockRows(base: self.block(block), stride: stride, columns: columns)
  }
}
