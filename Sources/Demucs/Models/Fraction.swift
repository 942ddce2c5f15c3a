/// A number as a checkpoint writes a segment's length: 39/5 seconds are 343,980 frames exactly,
/// which 7.8 in binary is not sure to give.
package struct Fraction: Sendable, Hashable {
  /// In lowest terms.
  package let numerator: Int
  /// Greater than 0.
  package let denominator: Int

  /// - Returns: nil where the denominator is not positive, or a number is out of ±10⁹.
  package init?(_ numerator: Int, _ denominator: Int = 1) {
    let limit = -1_000_000_000...1_000_000_000
    guard denominator > 0, limit.contains(numerator), limit.contains(denominator) else {
      return nil
    }
    var (divisor, rest) = (abs(numerator), denominator)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// Reads `"39/5"` or `"4"`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 2, let numerator = parts[0],
      let denominator = parts.count == 2 ? parts[1] : 1
    else { return nil }
    self.init(numerator, denominator)
  }

  /// The number to the nearest millionth.
  package init?(nearest value: Double) {
    guard value.magnitude < 1000 else { return nil }
    self.init(Int((value * 1_000_000).rounded()), 1_000_000)
  }

  /// The number, rounded to a `Double`.
  package var value: Double { Double(numerator) / Double(denominator) }
}
