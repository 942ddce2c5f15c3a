/// Tags that stand before, between and after the frames of a file.
enum AudioTag {
  /// The longest lyrics that are looked for.
  private static let longestLyrics = 1 << 20

  /// What begins at a place.
  enum Found: Equatable {
    case tag(size: Int)
    case nothing
    /// More bytes must be seen.
    case unclear
  }

  /// Looks for a tag at the start of some bytes.
  ///
  /// - Parameter isEnd: whether no more bytes follow.
  static func find(in bytes: ArraySlice<UInt8>, isEnd: Bool) -> Found {
    guard let first = bytes.first, "ITAL".utf8.contains(first) else { return .nothing }
    if bytes.count < 32, !isEnd { return .unclear }
    let head = Array(bytes.prefix(32))
    if let size = sized(head) { return .tag(size: size) }
    if head.starts(with: "TAG+".utf8), bytes.count >= 227 { return .tag(size: 227) }
    if head.starts(with: "TAG".utf8) {
      return bytes.count >= 128 ? .tag(size: 128) : isEnd ? .nothing : .unclear
    }
    guard head.starts(with: "LYRICSBEGIN".utf8) else { return .nothing }
    return lyrics(bytes, isEnd: isEnd)
  }

  /// The size of a tag that tells it, such as may hold a picture.
  static func sized(_ head: [UInt8]) -> Int? { id3v2(head) ?? ape(head) }

  /// ID3v2, with what may follow as its footer; its size leaves out the highest bit of each byte.
  private static func id3v2(_ head: [UInt8]) -> Int? {
    guard head.count >= 10, head.starts(with: "ID3".utf8), head[3] < 0xff, head[4] < 0xff,
      head[6..<10].allSatisfy({ $0 < 0x80 })
    else { return nil }
    return ID3Header.size(head) + (head[5] & 0x10 != 0 ? 10 : 0)
  }

  /// APEv1 and APEv2: a header and all that it counts, or a footer alone.
  private static func ape(_ head: [UInt8]) -> Int? {
    guard head.count == 32, head.starts(with: "APETAGEX".utf8) else { return nil }
    let isHeader = head[23] & 0x20 != 0
    return isHeader ? 32 + apeSize(head[...]) : 32
  }

  /// What an APE tag's header or footer says of its size, without the header.
  private static func apeSize(_ head: ArraySlice<UInt8>) -> Int {
    head.dropFirst(12).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func lyrics(_ bytes: ArraySlice<UInt8>, isEnd: Bool) -> Found {
    let ends = [Array("LYRICSEND".utf8), Array("LYRICS200".utf8)]
    var place = bytes.startIndex + 11
    while place + 9 <= min(bytes.endIndex, bytes.startIndex + longestLyrics) {
      if bytes[place] == ends[0][0], ends.contains(where: { bytes[place...].starts(with: $0) }) {
        return .tag(size: place + 9 - bytes.startIndex)
      }
      place += 1
    }
    return isEnd || bytes.count >= longestLyrics ? .nothing : .unclear
  }

  /// Whether bytes after the last frame are only tags and zeros. An APE tag without a header is
  /// known by its footer.
  static func explains(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while let first = rest.first {
      if first == 0 {
        rest.removeFirst()
      } else if case .tag(let size) = find(in: rest, isEnd: true) {
        rest = rest.dropFirst(size)
      } else {
        return endsInAPE(rest)
      }
    }
    return true
  }

  private static func endsInAPE(_ bytes: ArraySlice<UInt8>) -> Bool {
    let magic = Array("APETAGEX".utf8)
    var place = bytes.startIndex
    while place + 32 <= bytes.endIndex {
      if bytes[place] == magic[0], bytes[place...].starts(with: magic),
        apeSize(bytes[place...]) == place + 32 - bytes.startIndex
      {
        return explains(bytes[(place + 32)...])
      }
      place += 1
    }
    return false
  }
}
