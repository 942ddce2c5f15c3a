/// From where around a column a convolution reads: some blocks or none beside its own, and in each the same few
/// columns.
///
/// The products of a sum are ordered by block, then by column, then by channel. In float32 they read the
/// activations where these lie. For 16 bits the columns needed are first narrowed to a strip.
struct Taps: Sendable {
  /// Channels that a tap reads.
  let inputs: Int
  /// How many blocks are read.
  let blocks: Int
  /// The columns read, relative to the one that is computed: within a margin of it.
  let columns: [Int]
  let precision: NumberFormat

  /// Columns of a strip: a panel and what the taps reach beside it, within the margins.
  private var strip: Range<Int> {
    let (first, last) = (columns.min() ?? 0, columns.max() ?? 0)
    let width = (Tile.columns &+ last &- first &+ 15) & ~15
    let start = min(first, Tile.columns &+ Blocks.margin &- width)
    return start..<start &+ width
  }

  /// Words that a tap adds to a sum.
  private var depth: Int { precision.words(inputs) }

  /// What to pack a matrix's columns by, given where each tap's first value of a row lies and the distance
  /// between channels.
  func order(channelStride: Int, tap: (_ block: Int, _ column: Int) -> Int) -> [Int?] {
    let filling: [Int?] = precision.valuesOfWord == 2 && inputs % 2 == 1 ? [nil] : []
    return (0..<blocks).flatMap { block in
      columns.indices.flatMap { column in
        (0..<inputs).map { tap(block, column) + $0 * channelStride } + filling
      }
    }
  }

  /// Hands the right matrix of 48 columns to `body`, and where in a tile of weights its sums begin.
  ///
  /// - Parameters:
  ///   - origin: row 0 of the first block, at the first of the 48 columns.
  ///   - stride: floats from a row to the next.
  ///   - blockStep: floats from a block to the next that is read.
  ///   - used: the blocks that exist; the others count as zeros.
  @inline(__always)
  func read(
    _ origin: Floats, stride: Int, blockStep: Int = 0, used: Range<Int>? = nil,
    _ scratch: Scratch, _ body: (_ rows: TileRows, _ start: Int) -> Void
  ) {
    var scratch = scratch
    let range = self.strip
    let strip = precision == .f32 ? nil : scratch.take(blocks * depth * range.count)
    let used = used ?? 0..<blocks
    withUnsafeTemporaryAllocation(of: Int.self, capacity: used.count * columns.count) { offsets in
      var index = 0
      for block in used {
        if let strip {
          Narrowing.rows(
            origin + (block &* blockStep &+ range.lowerBound), stride: stride, channels: inputs,
            columns: range.count, into: strip + block &* depth &* range.count,
            targetStride: range.count, as: precision)
        }
        for column in columns {
          offsets[index] =
            precision == .f32
            ? block &* blockStep &+ column
            : block &* depth &* range.count &+ column &- range.lowerBound
          index &+= 1
        }
      }
      let rows = TileRows(
        origin: strip.map { Floats($0) } ?? origin,
        stride: precision == .f32 ? stride : range.count, depth: depth,
        offsets: UnsafePointer(offsets.baseAddress), taps: index, precision: precision)
      body(rows, used.lowerBound &* columns.count &* depth &* Tile.rows)
    }
  }
}
