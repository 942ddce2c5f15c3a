/// A time or a length in seconds, in the ways that people write it: `90`, `1:30` or `0:01:30.5`.
package struct Seconds: Sendable, Hashable {
  /// How many; not negative.
  package let value: Double

  /// That many seconds.
  package init(_ value: Double) {
    self.value = value
  }

  /// Reads seconds, minutes and seconds, or hours, minutes and seconds. Only the last number may have a fraction, and
  /// only the first may be 60 or more.
  ///
  /// - Parameter text: nil comes out where it is not a time.
  package init?(_ text: some StringProtocol) {
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...3).contains(fields.count) else { return nil }
    var total = 0.0
    for (index, field) in fields.enumerated() {
      let isLast = index == fields.count - 1
      guard field.utf8.allSatisfy({ Self.isDigit($0) || isLast && $0 == UInt8(ascii: ".") }),
        let number = Double(field), index == 0 || number < 60
      else { return nil }
      total = total * 60 + number
    }
    value = total
  }

  /// What can be said, to follow "must be".
  package static let allowed = "seconds, or minutes or hours before them: 90, 1:30 or 0:01:30.5"

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
