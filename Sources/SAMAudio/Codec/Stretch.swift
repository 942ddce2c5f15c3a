import Tensors

/// Some of a signal's columns, in memory: all that a tile needs of them.
struct Stretch {
  /// [C, range.count]
  let rows: Blocks
  /// Which of the signal's columns these are.
  let range: Range<Int>
}

/// How many columns beside a column a layer reads to compute it.
struct Reach: Equatable {
  var before: Int
  var after: Int

  static func + (a: Reach, b: Reach) -> Reach {
    Reach(before: a.before + b.before, after: a.after + b.after)
  }

  /// The columns that a range's results are computed from, of those that a signal of `length` has.
  func around(_ range: Range<Int>, length: Int) -> Range<Int> {
    max(0, range.lowerBound - before)..<min(length, range.upperBound + after)
  }
}
