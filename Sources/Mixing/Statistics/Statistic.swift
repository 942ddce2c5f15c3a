/// What becomes of several values of the same thing.
package enum Statistic: String, CaseIterable, Sendable {
  case average, median
  /// The value nearest to zero.
  case minimum
  /// The value farthest from zero.
  case maximum

  /// The statistic of samples, of which there is at least one; they are put into another order.
  func combine(_ values: inout [Float]) -> Float {
    switch self {
    case .average: Float(values.reduce(0) { $0 + Double($1) } / Double(values.count))
    case .median:
      Self.middle(&values, by: { $0 }) { Float((Double($0) + Double($1)) / 2) }
    case .minimum: Self.first(values) { abs($0) }
    case .maximum: Self.first(values) { -abs($0) }
    }
  }

  /// The statistic of values of a spectrum, which go by their magnitudes.
  func combine(_ values: inout [SpectralValue]) -> SpectralValue {
    switch self {
    case .average:
      values.dropFirst().reduce(values[0], +) * (1 / Float(values.count))
    case .median: Self.middle(&values, by: \.power) { ($0 + $1) * 0.5 }
    case .minimum: Self.first(values, by: \.power)
    case .maximum: Self.first(values) { -$0.power }
    }
  }

  /// Whether a key comes before another one: what is not a number comes last, in whichever order values are given.
  private static func precedes(_ key: Float, _ other: Float) -> Bool {
    key < other || other.isNaN && !key.isNaN
  }

  /// The first value in their order.
  private static func first<Value>(_ values: [Value], by key: (Value) -> Float) -> Value {
    values.dropFirst().reduce(values[0]) { precedes(key($1), key($0)) ? $1 : $0 }
  }

  /// The value in the middle of their order, or what is between the two that are.
  private static func middle<Value>(
    _ values: inout [Value], by key: (Value) -> Float, between: (Value, Value) -> Value
  ) -> Value {
    // A few values: they are sorted where they are.
    for index in 1..<max(1, values.count) {
      var place = index
      while place > 0, precedes(key(values[place]), key(values[place - 1])) {
        values.swapAt(place, place - 1)
        place -= 1
      }
    }
    let half = values.count / 2
    return values.count.isMultiple(of: 2) ? between(values[half - 1], values[half]) : values[half]
  }
}

/// A complex number of a spectrum.
struct SpectralValue: Hashable {
  var real: Float
  var imaginary: Float

  /// The square of its magnitude.
  var power: Float { real * real + imaginary * imaginary }

  static func + (left: Self, right: Self) -> Self {
    Self(real: left.real + right.real, imaginary: left.imaginary + right.imaginary)
  }

  static func * (left: Self, factor: Float) -> Self {
    Self(real: left.real * factor, imaginary: left.imaginary * factor)
  }
}
