/// The last bytes of an Ogg file as they are read: they tell whether it was cut, of which
/// libavformat says nothing (RFC 3533).
struct OggTail {
  /// A page is never longer.
  private static let longestPage = 27 + 255 + 255 * 255
  private var bytes: [UInt8] = []

  /// Takes bytes that follow those before.
  mutating func add(_ more: some Collection<UInt8>) {
    bytes.append(contentsOf: more)
    if bytes.count > 4 * Self.longestPage { bytes.removeFirst(bytes.count - Self.longestPage) }
  }

  /// Says that what comes next lies elsewhere in the file.
  mutating func jump() { bytes.removeAll(keepingCapacity: true) }

  /// The position after the stream's last sample, where the bytes end with a whole page that says it
  /// is the last.
  var endOfStream: Int? {
    let magic = Array("OggS".utf8)
    var start = bytes.count - 27
    while start >= 0 {
      if bytes[start] == magic[0], bytes[start..<start + 4].elementsEqual(magic) {
        let segments = Int(bytes[start + 26])
        guard start + 27 + segments <= bytes.count else { return nil }
        let size = bytes[start + 27..<start + 27 + segments].reduce(27 + segments) { $0 + Int($1) }
        // Tags may follow the last page.
        guard bytes[start + 5] & 4 != 0, start + size <= bytes.count else { return nil }
        let position = bytes[start + 6..<start + 14].reversed().reduce(0 as UInt64) {
          $0 << 8 | UInt64($1)
        }
        return Int(truncatingIfNeeded: position)
      }
      start -= 1
    }
    return nil
  }
}
