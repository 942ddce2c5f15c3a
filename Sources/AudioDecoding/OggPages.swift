internal import CLibAV

/// What the pages of an Ogg file say (RFC 3533): where its bitstreams begin and end, and whether
/// pages are missing. libavformat tells neither.
struct OggPages {
  /// One logical bitstream; a chained file has several, one after the other.
  struct Link {
    let serial: UInt32
    /// Where its first page is, in bytes.
    let start: Int64
    /// The first page with a packet of sound that ends on it.
    fileprivate(set) var first: (granule: Int, packets: Int)?
    /// Whether that page is the last one too.
    fileprivate(set) var isOnePage = false
    /// The position after its last sample; nil where its last page is missing.
    fileprivate(set) var end: Int?
    fileprivate var sequence: UInt32
  }

  /// Bytes that are not a whole page yet.
  private var bytes: [UInt8] = []
  /// The place of `bytes` in the file.
  private var position: Int64 = 0
  private var links: [Link] = []
  /// Streams at the file's beginning.
  private var streamCount = 0
  private var hasSound = false
  /// Pages before which others are missing.
  private var losses: [Int64] = []

  /// Takes bytes that were read at a place. Those that do not follow the ones before are left out:
  /// libavformat looks at the end of a file first.
  mutating func add(_ more: some Collection<UInt8>, at place: Int64) {
    let next = position + Int64(bytes.count)
    guard place <= next, place + Int64(more.count) > next else { return }
    bytes.append(contentsOf: more.dropFirst(Int(next - place)))
    var start = 0
    while let size = page(at: &start) {
      read(bytes[start..<start + size], at: position + Int64(start))
      start += size
    }
    bytes.removeFirst(start)
    position += Int64(start)
  }

  /// The bitstreams of a stream, counted from 0 in the order of their first pages.
  func links(of stream: Int) -> [Link] {
    if streamCount == 1 { return links }
    guard stream < streamCount else { return [] }
    return links.filter { $0.serial == links[stream].serial }
  }

  /// How many times pages were lost before a place.
  func losses(before place: Int64) -> Int { losses.count { $0 <= place } }

  /// Moves to the next whole page.
  ///
  /// - Returns: its size; nil where more bytes are needed.
  private func page(at start: inout Int) -> Int? {
    let magic = Array("OggS".utf8)
    while start + 27 <= bytes.count {
      guard bytes[start] == magic[0], bytes[start...].starts(with: magic) else {
        start += 1
        continue
      }
      let segments = Int(bytes[start + 26])
      guard start + 27 + segments <= bytes.count else { return nil }
      let size = bytes[start + 27..<start + 27 + segments].reduce(27 + segments) { $0 + Int($1) }
      guard start + size <= bytes.count else { return nil }
      if isIntact(bytes[start..<start + size]) { return size }
      start += 1
    }
    return nil
  }

  private func isIntact(_ page: ArraySlice<UInt8>) -> Bool {
    var copy = Array(page)
    let sum = copy[22..<26].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
    copy.replaceSubrange(22..<26, with: [0, 0, 0, 0])
    return av_crc(av_crc_get_table(AV_CRC_32_IEEE), 0, copy, copy.count) == sum
  }

  private mutating func read(_ bytes: ArraySlice<UInt8>, at place: Int64) {
    let page = Array(bytes)
    let (isFirst, isLast) = (page[5] & 2 != 0, page[5] & 4 != 0)
    let granule = Int(Int64(bitPattern: Self.little(page[6..<14])))
    let serial = UInt32(truncatingIfNeeded: Self.little(page[14..<18]))
    let sequence = UInt32(truncatingIfNeeded: Self.little(page[18..<22]))
    if isFirst {
      links.append(Link(serial: serial, start: place, sequence: sequence))
      if !hasSound { streamCount = links.count }
    }
    guard let index = links.lastIndex(where: { $0.serial == serial }) else { return }
    if !isFirst { hasSound = true }
    // A radio station sends the headers of a stream that began long ago.
    if links[index].first != nil, sequence != links[index].sequence &+ 1 { losses.append(place) }
    links[index].sequence = sequence
    let packets = page[27..<27 + Int(page[26])].count { $0 < 255 }
    if links[index].first == nil, granule > 0, packets > 0 {
      links[index].first = (granule, packets)
      links[index].isOnePage = isLast
    }
    if isLast { links[index].end = max(0, granule) }
  }

  private static func little(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
