/// A number of bytes, as a person writes it.
package struct ByteSize: Sendable, Equatable, CustomStringConvertible {
  /// How many.
  package let bytes: Int

  /// What can be said, to follow "must be".
  package static let allowed = "a number of bytes, such as 20G"

  private static let units = ["", "K", "M", "G", "T"]

  /// So many bytes.
  package init(bytes: Int) {
    self.bytes = bytes
  }

  /// Reads a number with K, M, G or T for powers of 1024, or none for bytes; nil for other text.
  package init?(argument text: String) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), let first = digits.first, first != ".",
      let power = Self.units.firstIndex(of: text.dropFirst(digits.count).uppercased())
    else { return nil }
    let bytes = number * Double(1 << (10 * power))
    guard bytes < Double(1 << 60) else { return nil }
    self.bytes = Int(bytes)
  }

  /// In the largest unit of which there is at least one, with three digits.
  package var description: String {
    var number = Double(bytes)
    var power = 0
    while number >= 1000, power < Self.units.count - 1 {
      number /= 1024
      power += 1
    }
    guard power > 0, number < 99.95 else { return "\(Int(number.rounded())) \(Self.units[power])B" }
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(Self.units[power])B"
  }
}
