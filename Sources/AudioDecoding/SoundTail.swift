internal import CLibAV

/// What comes after the sound in FLAC files, whose header says how much sound there is: tags, which
/// libavformat gives to the decoder.
struct SoundTail {
  /// The longest tail that is looked into.
  private static let longest = 1 << 24
  private var bytes: [UInt8] = []
  private var count = 0

  /// Bytes that are neither padding nor a tag that is known.
  var unknownBytes: Int { count == bytes.count && AudioTag.explains(bytes[...]) ? 0 : count }

  /// Takes the end of a packet away from it.
  mutating func cut(_ packet: UnsafeMutablePointer<AVPacket>, at size: Int) {
    let rest = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
      .dropFirst(size)
    count += rest.count
    if count <= Self.longest { bytes.append(contentsOf: rest) }
    av_shrink_packet(packet, Int32(size))
  }

  /// Where the FLAC frame in a packet ends: every frame ends with its checksum, so that the checksum
  /// of the whole is 0 there (RFC 9639, section 9.3).
  ///
  /// - Parameters:
  ///   - isLast: whether the header promises no frame after it.
  ///   - isTail: whether it promises not even this one.
  /// - Returns: the packet's size where nothing follows the frame, or the frame is damaged.
  static func flacFrameSize(
    _ packet: UnsafeMutablePointer<AVPacket>, isLast: Bool, isTail: Bool
  ) -> Int {
    let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
    let table = av_crc_get_table(AV_CRC_16_ANSI)
    // Zeros after a frame leave its checksum 0, and it may end with two of them itself.
    let endsInZeros = bytes.suffix(3).allSatisfy { $0 == 0 }
    if av_crc(table, 0, bytes.baseAddress, bytes.count) == 0, !endsInZeros { return bytes.count }
    var sum: UInt32 = 0
    var first: Int?
    var triesLeft = 64
    for place in bytes.indices {
      sum = av_crc(table, sum, bytes.baseAddress?.advanced(by: place), 1)
      guard sum == 0, place > 8, triesLeft > 0 else { continue }
      triesLeft -= 1
      let end = place + 1 + bytes[(place + 1)...].prefix(2).prefix { $0 == 0 }.count
      if AudioTag.explains(Array(bytes[end...])[...]) { return end }
      first = first ?? end
    }
    if isTail { return first ?? 0 }
    return isLast ? first ?? bytes.count : bytes.count
  }
}
