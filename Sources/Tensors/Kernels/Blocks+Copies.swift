extension Blocks {
  /// Zeroes the margins of all rows, in memory that held something else before.
  package func clearMargins(_ workers: Workers) {
    workers.run(count) { rows($0).clearMargins(rows: channels) }
  }

  /// Copies `[channels, columns]` without gaps into the only block.
  package func copy(planar values: Floats) {
    for channel in 0..<channels {
      row(0, channel).update(from: values + channel * columns, count: columns)
    }
  }

  /// Writes the only block, scaled and shifted, as `[channels, columns]` without gaps.
  package func copy(
    toPlanar values: MutableFloats, scale: Float, offset: Float, _ workers: Workers
  ) {
    workers.run(channels) { channel, _ in
      let source = row(0, channel)
      let target = values + channel * columns
      for column in 0..<columns { target[column] = source[column] * scale + offset }
    }
  }
}
