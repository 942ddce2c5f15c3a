/// What a Matroska or WebM file says of its own size (RFC 8794), so that a cut one shows.
enum MatroskaHeader {
  /// The bytes that the file must have.
  ///
  /// - Parameter head: the file's first bytes.
  /// - Returns: nil for what is not Matroska, or was written to a pipe and leaves its size open.
  static func promisedBytes(_ head: [UInt8]) -> Int64? {
    guard head.starts(with: [0x1a, 0x45, 0xdf, 0xa3]),
      let (headerSize, header) = size(head, at: 4)
    else { return nil }
    let segment = header + Int(headerSize)
    guard head.dropFirst(segment).starts(with: [0x18, 0x53, 0x80, 0x67]),
      let (segmentSize, content) = size(head, at: segment + 4)
    else { return nil }
    return Int64(content) + segmentSize
  }

  /// Reads a size of variable length: the leading zero bits count its further bytes.
  private static func size(_ head: [UInt8], at start: Int) -> (size: Int64, end: Int)? {
    guard start < head.count, head[start] != 0 else { return nil }
    let length = head[start].leadingZeroBitCount + 1
    guard start + length <= head.count else { return nil }
    let bits = head[start..<start + length].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    let mask = (1 as UInt64) << (7 * length) - 1
    let isOpen = bits & mask == mask
    // No file is longer, and a sum with it must not overflow.
    return isOpen || bits & mask > 1 << 60 ? nil : (Int64(bits & mask), start + length)
  }
}
