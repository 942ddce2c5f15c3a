extension JSONValue {
  /// The value on one line, without spaces, members sorted by the bytes of their keys.
  ///
  /// - Parameter first: a key that is written before all others wherever the top object has it.
  package func serialized(first: String? = nil) -> [UInt8] {
    var text: [UInt8] = []
    write(to: &text, first: first)
    return text
  }

  private func write(to text: inout [UInt8], first: String? = nil) {
    switch self {
    case .null: text.append(contentsOf: "null".utf8)
    case .bool(let value): text.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let number): text.append(contentsOf: number.utf8)
    case .string(let string): Self.write(string, to: &text)
    case .array(let values):
      text.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        value.write(to: &text)
      }
      text.append(UInt8(ascii: "]"))
    case .object(let members):
      text.append(UInt8(ascii: "{"))
      for (index, key) in Self.order(members.keys, first: first).enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        Self.write(key, to: &text)
        text.append(UInt8(ascii: ":"))
        members[key]?.write(to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
  }

  /// Bytes, not Swift's Unicode order: a writer in another language must get the same line.
  private static func order(
    _ keys: Dictionary<String, JSONValue>.Keys, first: String?
  ) -> [String] {
    keys.sorted { left, right in
      if left == first || right == first { return left == first && right != first }
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
  }

  private static func write(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case 0x0a: text.append(contentsOf: "\\n".utf8)
      case 0x0d: text.append(contentsOf: "\\r".utf8)
      case 0x09: text.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        text.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
        text.append(contentsOf: digits.utf8)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
