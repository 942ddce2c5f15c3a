/// The boxes of an MP4 or QuickTime file (ISO/IEC 14496-12).
enum Boxes {
  static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
    big(content.count + 8, 4) + Array(name.utf8) + content
  }

  /// The `count` low bytes of a number, the highest first.
  static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The content of the first box of a name; nothing where there is none.
  static func content(_ bytes: [UInt8], _ name: String) -> [UInt8] {
    var content: [UInt8] = []
    _ = edit(bytes, [name]) {
      if content.isEmpty { content = $0 }
      return $0
    }
    return content
  }

  /// Gives the boxes of a name another.
  static func rename(_ bytes: [UInt8], _ name: String, to other: String) -> [UInt8] {
    var bytes = bytes
    var place = 0
    while place + 8 <= bytes.count {
      let size = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      if bytes[place + 4..<place + 8].elementsEqual(name.utf8) {
        bytes.replaceSubrange(place + 4..<place + 8, with: other.utf8)
      }
      place += max(size, 8)
    }
    return bytes
  }

  /// Changes what is in a box.
  ///
  /// - Parameter path: names of boxes, each inside the one before it.
  static func edit(
    _ bytes: [UInt8], _ path: [String], _ change: ([UInt8]) -> [UInt8]
  ) -> [UInt8] {
    guard let first = path.first else { return change(bytes) }
    var output: [UInt8] = []
    var rest = bytes[...]
    while rest.count >= 8 {
      let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      let whole = rest.prefix(size)
      let isMeant = whole.dropFirst(4).starts(with: first.utf8)
      output +=
        isMeant
        ? box(first, edit(Array(whole.dropFirst(8)), Array(path.dropFirst()), change))
        : Array(whole)
      rest = rest.dropFirst(max(size, 8))
    }
    return output
  }
}
