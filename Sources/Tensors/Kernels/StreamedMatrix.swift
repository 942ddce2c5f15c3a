package import Checkpoints

/// Weights far larger than a cache, in tiles `[row / 8][depth][8]` like `PackedMatrix`, and in the format in which
/// they are to be kept.
///
/// The last tile is filled up with zero rows.
package struct StreamedMatrix: Sendable {
  /// Rows, without the filling.
  package let rows: Int
  /// Terms of each sum.
  package let depth: Int
  /// In what the values are kept.
  package let format: WeightFormat
  /// Tiles of 8 rows.
  package var tiles: Int { Tile.tiles(rows) }

  private let storage: FloatStorage

  /// Packs rows as they are handed out, some at once on each thread.
  ///
  /// - Parameter fill: writes row `row`, `depth` floats; called once a row.
  package init(
    rows: Int, depth: Int, format: WeightFormat, workers: Workers,
    fill: (_ row: Int, _ target: MutableFloats) -> Void
  ) {
    self.rows = rows
    self.depth = depth
    self.format = format
    let size = Tile.rows * depth
    let storage = FloatStorage(count: format.floats(Tile.tiles(rows) * size))
    self.storage = storage
    workers.run(Tile.tiles(rows)) { tile, scratch in
      let source = scratch.take(size)
      for row in 0..<Tile.rows {
        let target = source + row &* depth
        let index = tile &* Tile.rows &+ row
        if index < rows { fill(index, target) } else { target.update(repeating: 0, count: depth) }
      }
      if format == .f32 {
        StreamedMatrix.interleave(source, depth, into: storage.base + tile &* size) { $0 }
      } else {
        StreamedMatrix.interleave(source, depth, into: storage.halves + tile &* size) {
          format.narrowed($0)
        }
      }
    }
  }

  /// Packs stored matrices as they are, the rows of one below those of the other.
  ///
  /// - Parameters:
  ///   - parts: with as many columns each.
  ///   - format: nil keeps the values as the first part is stored.
  ///   - source: which row of its part stands in a row of the result; nil is the same.
  package init(
    _ parts: StoredRows..., format: WeightFormat? = nil, workers: Workers,
    source: ((_ part: Int, _ row: Int) -> Int)? = nil
  ) {
    let (rows, columns) = (parts[0].count, parts[0].columns)
    precondition(
      parts.allSatisfy { $0.count == rows && $0.columns == columns },
      "the parts must have the same shape")
    self.init(
      rows: parts.count * rows, depth: columns, format: format ?? parts[0].format, workers: workers
    ) { row, target in
      let (part, row) = row.quotientAndRemainder(dividingBy: rows)
      parts[part].copy(source?(part, row) ?? row, into: target)
    }
    for part in parts { part.releasePages() }
  }

  @inline(__always) private static func interleave<Element>(
    _ source: MutableFloats, _ depth: Int, into target: UnsafeMutablePointer<Element>,
    _ narrow: (Float) -> Element
  ) {
    for k in 0..<depth {
      for row in 0..<Tile.rows { target[k &* Tile.rows &+ row] = narrow(source[row &* depth &+ k]) }
    }
  }

  /// A part of a tile as floats, `[terms.count][8]`: where it lies, or widened into `scratch`.
  @inline(__always)
  func tile(_ index: Int, terms: Range<Int>, widenedInto scratch: MutableFloats) -> Floats {
    let start = (index &* depth &+ terms.lowerBound) &* Tile.rows
    guard format != .f32 else { return Floats(storage.base + start) }
    format.widen(storage.halves + start, count: terms.count &* Tile.rows, into: scratch)
    return Floats(scratch)
  }
}

extension FloatStorage {
  /// The memory as elements of half the size.
  fileprivate var halves: UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt16.self)
  }
}
