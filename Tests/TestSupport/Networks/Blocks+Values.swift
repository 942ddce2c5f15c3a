package import Tensors

extension Blocks {
  /// Blocks with these values: [F, C, T].
  package init(_ values: [[[Float]]]) {
    self.init(count: values.count, channels: values[0].count, columns: values[0][0].count)
    for (block, rows) in values.enumerated() { fill(block, rows) }
  }

  /// One block with these values: [C, T].
  package init(_ rows: [[Float]]) { self.init([rows]) }

  /// Blocks in memory in which every float was something else before.
  package static func dirty(count: Int = 1, channels: Int, columns: Int) -> Blocks {
    let floats = Blocks.floats(count: count, channels: channels, columns: columns)
    return Blocks(
      count: count, channels: channels, columns: columns,
      in: FloatStorage(Array(repeating: .nan, count: floats)))
  }

  package func fill(_ block: Int, _ rows: [[Float]]) {
    for (channel, values) in rows.enumerated() {
      row(block, channel).update(from: values, count: columns)
    }
  }

  /// What stands in a block: [C, T].
  package func values(_ block: Int = 0) -> [[Float]] {
    (0..<channels).map { Array(UnsafeBufferPointer(start: row(block, $0), count: columns)) }
  }

  /// Whether all memory but the columns themselves is zero, also after the last row.
  package var marginsAreZero: Bool {
    let start = block(0) - Blocks.margin
    let floats = Blocks.floats(count: count, channels: channels, columns: columns)
    for index in 0..<floats where start[index] != 0 {
      let (row, column) = (index / stride, index % stride - Blocks.margin)
      guard row < count * channels, (0..<columns).contains(column) else { return false }
    }
    return true
  }
}
