/// Types by the core schema (YAML 1.2.2, 10.3): what a plain scalar's form says, unless a tag says it.
extension YAMLNode {
  /// Whether it is null: `~`, `null`, or nothing at all.
  package var isNull: Bool {
    guard let text = text(of: "!!null") else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// `true` or `false`.
  package var bool: Bool? {
    switch text(of: "!!bool") {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }

  /// A whole number: decimal, `0o` and octal, or `0x` and hexadecimal digits.
  package var int: Int? {
    guard let text = text(of: "!!int") else { return nil }
    return switch text.prefix(2) {
    case "0o": Self.digits(text.dropFirst(2), radix: 8)
    case "0x": Self.digits(text.dropFirst(2), radix: 16)
    default: Int(text)
    }
  }

  /// A number, whole or not; `.inf` and `.nan` are among them.
  package var double: Double? {
    if let int { return Double(int) }
    guard let text = text(of: "!!float") ?? text(of: "!!int") else { return nil }
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .infinity
    case "-.inf", "-.Inf", "-.INF": return -.infinity
    case ".nan", ".NaN", ".NAN": return .nan
    default: break
    }
    // Swift reads `1.` and `.5` as well, and words and hexadecimal fractions, which YAML has not.
    guard text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }) else { return nil }
    return Double(text)
  }

  /// The text, if the node may be of this type: it has the tag, or none and no quotes.
  private func text(of type: String) -> String? {
    guard let scalar, tag == type || tag == nil && scalar.isPlain else { return nil }
    return scalar.text
  }

  private static func digits(_ text: Substring, radix: Int) -> Int? {
    // A sign may stand before decimal digits only.
    guard let first = text.first, first.isHexDigit else { return nil }
    return Int(text, radix: radix)
  }
}
