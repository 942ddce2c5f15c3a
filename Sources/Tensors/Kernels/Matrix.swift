package import Checkpoints

/// A left matrix in the order in which the tile kernel reads it, `[row / 8][word][8]`, packed once at load.
///
/// Weights that are multiplied as float32 stand as they are stored, and halves are widened tile by tile when a
/// product reads them. Weights that are multiplied in fewer bits are rounded to how they are stored and then
/// stand in the words of the product. The last tile is filled up with zero rows.
package struct Matrix: Sendable {
  /// Rows, without the filling of the last tile.
  package let rows: Int
  /// Terms of each sum.
  package let terms: Int
  /// What is multiplied.
  let multiplied: NumberFormat
  /// Tiles of 8 rows.
  package var tiles: Int { Tile.tiles(rows) }
  /// Words of each sum.
  var depth: Int { multiplied.words(terms) }

  private let storage: FloatStorage
  /// Of the halves that are widened; nil where the words lie ready.
  private let narrow: NumberFormat?
  /// Of int8, what `Quantizing.scale` takes of each tile.
  private let scales: FloatStorage?

  /// Packs rows as they are handed out.
  ///
  /// - Parameters:
  ///   - workers: share the tiles; nil is the calling thread alone, which may be at a job.
  ///   - fill: writes row `row`, `terms` floats; called once a row, on any thread.
  package init(
    rows: Int, terms: Int, numerics: Numerics, workers: Workers? = nil,
    fill: (_ row: Int, _ target: MutableFloats) -> Void
  ) {
    let stored = numerics.stored ?? .f32
    self.rows = rows
    self.terms = terms
    multiplied = numerics.multiplied
    narrow = numerics.multiplied == .f32 && stored != .f32 ? stored : nil
    let size = Tile.rows * numerics.multiplied.words(terms)
    let storage = FloatStorage(count: (narrow ?? .f32).floats(Tile.tiles(rows) * size))
    self.storage = storage
    let packing = Packing(rows: rows, terms: terms, stored: stored, numerics.multiplied)
    let scales =
      numerics.multiplied == .int8
      ? FloatStorage(count: packing.tiles * Packing.scalesOfTile) : nil
    self.scales = scales
    if let workers {
      workers.run(packing.tiles) { tile, scratch in
        packing.pack(tile, scratch.take(packing.room), fill, into: storage.base, scales?.base)
      }
    } else {
      let room = FloatStorage(count: packing.room)
      for tile in 0..<packing.tiles {
        packing.pack(tile, room.base, fill, into: storage.base, scales?.base)
      }
    }
  }

  /// Memory that `tile` needs; nil where the words lie ready.
  @inline(__always) func room(_ scratch: inout Scratch, words: Int) -> MutableFloats? {
    narrow == nil ? nil : scratch.take((words &+ 2) &* Tile.rows)
  }

  /// The words of a tile, `[words.count][8]`: where they lie, or widened into `room`.
  @inline(__always) func tile(_ index: Int, _ words: Range<Int>, _ room: MutableFloats?) -> Floats {
    let start = (index &* depth &+ words.lowerBound) &* Tile.rows
    guard let narrow, let room else { return Floats(storage.base + start) }
    narrow.widen(storage.halves + start, count: words.count &* Tile.rows, into: room)
    return Floats(room)
  }

  /// Makes values of the sums of a tile, in place, where they are of int8.
  ///
  /// - Parameter tokens: what stands behind the panel's words.
  @inline(__always) func scale(_ tile: MutableFloats, _ index: Int, tokens: Floats) {
    guard let scales else { return }
    Quantizing.scale(
      tile, rows: Floats(scales.base + index &* Packing.scalesOfTile), tokens: tokens)
  }

  /// All words of a tile.
  @inline(__always) func tile(_ index: Int, _ room: MutableFloats? = nil) -> Floats {
    tile(index, 0..<depth, room)
  }
}

extension Matrix {
  /// Packs `values[rowOffsets[r] + columnOffsets[k]]` as element (r, k).
  ///
  /// Two lists of offsets describe every order that a checkpoint's array must be brought into:
  /// transposed, interleaved or tap by tap.
  ///
  /// - Parameters:
  ///   - rowOffsets: one a row; nil is a row of zeros.
  ///   - columnOffsets: one a column; nil is a column of zeros.
  ///   - rowScale: a factor for each row.
  ///   - columnScale: a factor for each column.
  package init(
    _ values: [Float], rowOffsets: [Int?], columnOffsets: [Int?], rowScale: [Float]? = nil,
    columnScale: [Float]? = nil, numerics: Numerics
  ) {
    let last = columnOffsets.lazy.compactMap { $0 }.max() ?? 0
    for offset in rowOffsets.lazy.compactMap({ $0 }) {
      precondition(offset >= 0 && offset + last < values.count, "offsets reach outside of values")
    }
    // Most matrices lie in their order, and are copied.
    let isInOrder = columnOffsets.enumerated().allSatisfy { $0.element == $0.offset }
    self.init(
      rows: rowOffsets.count, terms: columnOffsets.count, numerics: numerics
    ) { row, target in
      let count = columnOffsets.count
      guard let offset = rowOffsets[row] else { return target.update(repeating: 0, count: count) }
      if isInOrder {
        values[offset..<offset + count].withUnsafeBufferPointer { source in
          if let start = source.baseAddress { target.update(from: start, count: count) }
        }
      } else {
        for (k, column) in columnOffsets.enumerated() {
          target[k] = column.map { values[offset &+ $0] } ?? 0
        }
      }
      if let scale = rowScale?[row] { for k in 0..<count { target[k] *= scale } }
      if let columnScale { for k in 0..<count { target[k] *= columnScale[k] } }
    }
  }

  /// Packs stored matrices, the rows of one below those of the other.
  ///
  /// - Parameters:
  ///   - parts: with as many columns each. They are stored as the first one is, unless `numerics` says otherwise.
  ///   - rows: which row of all parts stands in each row of the result, and nil for zeros; nil for all is the same.
  ///   - columns: likewise.
  ///   - scale: a factor for a row of all parts; nil is 1 for all.
  package init(
    _ parts: [StoredRows], rows order: [Int?]? = nil, columns: [Int?]? = nil,
    scale: ((_ row: Int) -> Float)? = nil, numerics: Numerics, workers: Workers
  ) {
    let (count, terms) = (parts[0].count, parts[0].columns)
    precondition(
      parts.allSatisfy { $0.count == count && $0.columns == terms },
      "the parts must have the same shape")
    var numerics = numerics
    numerics.stored = numerics.stored ?? parts[0].format
    self.init(
      rows: order?.count ?? parts.count * count, terms: columns?.count ?? terms,
      numerics: numerics, workers: workers
    ) { row, target in
      guard let source = order.map({ $0[row] }) ?? row else {
        target.update(repeating: 0, count: columns?.count ?? terms)
        return
      }
      let part = parts[source / count]
      if let columns {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: terms) { stored in
          guard let stored = stored.baseAddress else { return }
          part.copy(source % count, into: stored)
          for (k, column) in columns.enumerated() { target[k] = column.map { stored[$0] } ?? 0 }
        }
      } else {
        part.copy(source % count, into: target)
      }
      guard let scale = scale?(source) else { return }
      for k in 0..<(columns?.count ?? terms) { target[k] *= scale }
    }
    for part in parts { part.releasePages() }
  }
}

/// How the tiles of a matrix are packed.
private struct Packing {
  let rows: Int
  let terms: Int
  let stored: NumberFormat
  let multiplied: NumberFormat
  /// Floats of a row that is handed out.
  let stride: Int

  /// Floats that a tile's scales take up.
  static let scalesOfTile = 2 * Tile.rows

  init(rows: Int, terms: Int, stored: NumberFormat, _ multiplied: NumberFormat) {
    self.rows = rows
    self.terms = terms
    self.stored = stored
    self.multiplied = multiplied
    stride = multiplied.valuesOfWord * multiplied.words(terms)
  }

  var tiles: Int { Tile.tiles(rows) }
  /// Floats of memory for the rows of a tile.
  var room: Int { Tile.rows * stride }

  func pack(
    _ tile: Int, _ room: MutableFloats, _ fill: (Int, MutableFloats) -> Void,
    into base: MutableFloats, _ scales: MutableFloats?
  ) {
    for row in 0..<Tile.rows {
      let target = room + row &* stride
      let index = tile &* Tile.rows &+ row
      target.update(repeating: 0, count: stride)
      if index < rows { fill(index, target) }
    }
    if multiplied != .f32, stored != .f32 {
      for index in 0..<self.room { room[index] = stored.rounded(room[index]) }
    }
    let words = base + tile &* self.room / multiplied.valuesOfWord
    switch multiplied {
    case .int8:
      if let scales { quantize(room, scales: scales + tile &* Packing.scalesOfTile) }
      interleave(room, into: words) { Quantizing.word($0) }
    case .bf16, .f16:
      interleave(room, into: words) { Narrowing.pair($0[0], $0[1], as: multiplied) }
    case .f32 where stored == .f32: interleave(room, into: words) { $0[0] }
    case .f32:
      interleave(room, into: base.halves + tile &* self.room) { stored.narrowed($0[0]) }
    }
  }

  private func quantize(_ room: MutableFloats, scales: MutableFloats) {
    for row in 0..<Tile.rows {
      (scales[row], scales[Tile.rows &+ row]) = Quantizing.round(
        room + row &* stride, count: terms)
    }
  }

  /// Writes `[word][8]` elements, each made of the values of a word.
  @inline(__always) private func interleave<Element>(
    _ room: MutableFloats, into target: UnsafeMutablePointer<Element>,
    _ element: (Floats) -> Element
  ) {
    let values = multiplied.valuesOfWord
    for k in 0..<multiplied.words(terms) {
      for row in 0..<Tile.rows {
        target[k &* Tile.rows &+ row] = element(Floats(room + (row &* stride &+ k &* values)))
      }
    }
  }
}

extension FloatStorage {
  /// The memory as elements of half the size.
  fileprivate var halves: UnsafeMutablePointer<UInt16> { base.halves }
}

extension MutableFloats {
  fileprivate var halves: UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: UInt16.self)
  }
}
