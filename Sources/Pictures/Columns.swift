/// What a column of a picture holds.
protocol ColumnValue {
  /// Adds a part of another column, 0...1 of its width.
  mutating func add(_ other: Self, part: Float)
}

/// What is known of a track, in columns that are equally many frames wide.
///
/// There are never more than `most`: when sound goes past the last one, neighbours are merged and
/// every column is twice as wide. So memory does not grow with the length, which need not be known.
struct Columns<Value: ColumnValue> {
  /// Columns there are at most; half as many at least, once the sound is long enough.
  let most: Int
  /// Frames a column covers.
  private(set) var span: Int
  private var values: [Value] = []
  private let empty: Value

  /// - Parameters:
  ///   - span: frames that a column covers at first, at least 1.
  ///   - empty: what a column without sound holds.
  ///   - most: columns there are at most; even.
  init(span: Int, empty: Value, most: Int = 2048) {
    precondition(span > 0, "span must be positive")
    self.span = span
    self.empty = empty
    self.most = most
  }

  /// Adds a value to the column that has this frame.
  mutating func add(_ value: Value, at frame: Int) {
    while frame / span >= most { merge() }
    let index = frame / span
    while values.count <= index { values.append(empty) }
    values[index].add(value, part: 1)
  }

  private mutating func merge() {
    for index in values.indices where index.isMultiple(of: 2) {
      var value = values[index]
      if index + 1 < values.count { value.add(values[index + 1], part: 1) }
      values[index / 2] = value
    }
    values.removeLast(values.count / 2)
    span *= 2
  }

  /// The same in as many columns as a picture has, which together cover `frames` frames.
  func stretched(to count: Int, frames: Int) -> [Value] {
    let width = Double(frames) / Double(span) / Double(count)
    return (0..<count).map { index in
      var value = empty
      let lower = Double(index) * width
      let upper = lower + width
      for source in Int(lower)..<max(Int(lower), min(values.count, Int(upper.rounded(.up)))) {
        let shared = min(upper, Double(source + 1)) - max(lower, Double(source))
        if shared > 0 { value.add(values[source], part: Float(shared)) }
      }
      return value
    }
  }
}
