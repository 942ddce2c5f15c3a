/// A tokenizer's normalisation of characters: strings of bytes that are replaced by others
/// (sentencepiece, normalizer.cc).
///
/// The strings stand in a double array (darts-clone): from a unit to the one of a next byte leads an
/// exclusive or, and a unit that has a leaf says where the replacement is.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  /// Replacements, each followed by a zero.
  private let texts: [UInt8]

  /// Reads a precompiled map: the double array's length in bytes, the double array, replacements.
  ///
  /// - Returns: nil where it is damaged. A damaged array that has the right size still ends every
  ///   search, with replacements that nobody meant.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    func unit(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
    let size = Int(unit(0))
    guard size > 0, size % 4 == 0, size <= bytes.count - 4, bytes.last == 0 else { return nil }
    units = stride(from: 4, to: 4 + size, by: 4).map(unit)
    texts = Array(bytes[(4 + size)...])
  }

  /// The text with each longest known string replaced, from the left on, and all other characters as
  /// they were.
  func normalized(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      if let (length, replacement) = longestMatch(in: text[position...]) {
        result += replacement
        position += length
      } else {
        let length = text[position...].characterLength
        result += text[position..<position + length]
        position += length
      }
    }
    return result
  }

  private func longestMatch(in text: ArraySlice<UInt8>) -> (length: Int, text: ArraySlice<UInt8>)? {
    var best: (Int, ArraySlice<UInt8>)?
    var node = Self.offset(units[0])
    for (index, byte) in text.enumerated() {
      node ^= Int(byte)
      guard node < units.count, units[node] & 0x8000_00ff == UInt32(byte) else { break }
      let unit = units[node]
      node ^= Self.offset(unit)
      guard unit & 0x100 != 0, node < units.count else { continue }
      let start = Int(units[node] & 0x7fff_ffff)
      guard start < texts.count else { continue }
      best = (index + 1, texts[start...].prefix { $0 != 0 })
    }
    return best
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int((unit >> 10) << ((unit & 0x200) >> 6))
  }
}

extension ArraySlice<UInt8> {
  /// Bytes of the first character of a text that is valid UTF-8.
  var characterLength: Int {
    let ones = (~(first ?? 0)).leadingZeroBitCount
    return Swift.min(count, ones < 2 ? 1 : ones)
  }
}
