/// A length of time, as a person writes it.
package struct Age: Sendable, Equatable {
  /// How long.
  package let seconds: Int

  /// What can be said, to follow "must be".
  package static let allowed = "a whole number of s, m, h, d or w, such as 30d"

  private static let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

  /// Reads a whole number with s, m, h, d or w; nil for other text.
  package init?(argument text: String) {
    guard let unit = text.last, let seconds = Self.units[String(unit)],
      text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }),
      let number = Int(text.dropLast()), number <= 100_000
    else { return nil }
    self.seconds = number * seconds
  }
}
