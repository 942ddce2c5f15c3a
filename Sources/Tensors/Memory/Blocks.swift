/// Activations of a convolutional layer: `count` blocks of `channels` rows of `columns` floats, `[F, C, T]`.
///
/// The frequency branch has a block for each frequency, the time branch a single one: what a layer does
/// along time is the same for both. There are zeros before and after each row, as many as any convolution
/// here reaches and up to a whole tile, so that kernels read past the ends without a test.
/// Every writer keeps them zero.
///
/// `@unchecked`: jobs that run at once write different rows or columns.
package struct Blocks: @unchecked Sendable {
  /// Blocks (frequencies).
  package let count: Int
  /// Rows of a block.
  package let channels: Int
  /// Floats of a row, without the margins.
  package let columns: Int
  /// Floats from a row to the next.
  package let stride: Int

  private let base: MutableFloats
  /// What holds the memory; nil where it is lent.
  private let storage: FloatStorage?

  /// The zeros before the first row and, at least, after each: those after a row are also those before
  /// the next.
  package static let margin = 32

  /// Zeroed blocks.
  package init(count: Int, channels: Int, columns: Int) {
    self.init(
      count: count, channels: channels, columns: columns,
      in: FloatStorage(count: Blocks.floats(count: count, channels: channels, columns: columns)))
  }

  /// Blocks in memory that other blocks use as well: who writes them clears their margins.
  package init(count: Int, channels: Int, columns: Int, in storage: FloatStorage) {
    precondition(
      storage.count >= Blocks.floats(count: count, channels: channels, columns: columns),
      "storage is too small")
    self.init(
      count: count, channels: channels, columns: columns, at: storage.base, storage: storage)
  }

  /// Blocks in memory that is lent.
  init(
    count: Int, channels: Int, columns: Int, at base: MutableFloats, storage: FloatStorage? = nil
  ) {
    self.count = count
    self.channels = channels
    self.columns = columns
    self.base = base
    self.storage = storage
    stride = Blocks.stride(columns: columns)
  }

  /// Floats that blocks take up.
  package static func floats(count: Int, channels: Int, columns: Int) -> Int {
    count * channels * stride(columns: columns) + margin
  }

  /// Floats from a row to the next for rows of `columns`.
  ///
  /// An odd number of cache lines: then the rows of a panel spread over all sets of a cache.
  package static func stride(columns: Int) -> Int {
    let lines = (margin + Tile.panels(columns) * Tile.columns) / 16
    return (lines | 1) * 16
  }

  /// Floats from a block to the next.
  package var blockStride: Int { channels &* stride }

  /// Column 0 of row 0 of a block.
  @inline(__always) package func block(_ index: Int) -> MutableFloats {
    base + (index &* blockStride &+ Blocks.margin)
  }

  /// Column 0 of a row.
  @inline(__always) package func row(_ block: Int, _ channel: Int) -> MutableFloats {
    self.block(block) + channel &* stride
  }

  /// Panels of 48 columns in a row.
  package var panels: Int { Tile.panels(columns) }

  /// How many columns of a panel are not margin.
  @inline(__always) package func valid(panel: Int) -> Int {
    min(Tile.columns, columns &- panel &* Tile.columns)
  }
}
