/// What an MP3's first frame says of its length and of the encoder's delay and padding (the Xing or
/// Info tag). libavformat heeds less of it in what comes from a pipe than in a file.
struct LameHeader {
  /// The decoded samples of the whole file, the encoder's delay and padding among them.
  let samples: Int
  /// The decoded samples before the sound and after it; nil where that is not known.
  let gaps: (delay: Int, padding: Int)?

  /// - Parameters:
  ///   - head: the file's first bytes.
  ///   - iTunesTag: what the file's tags say of delay and padding, if LAME does not.
  /// - Returns: nil for what is not an MP3 or does not say its length.
  init?(_ head: [UInt8], iTunesTag: String?) {
    let start = ID3Header.size(head)
    guard start + 4 <= head.count, head[start] == 0xff, head[start + 1] & 0xe0 == 0xe0,
      FrameFormat.isInfo(head[start...])
    else { return nil }
    let isFirstVersion = head[start + 1] & 0x18 == 0x18
    let isMono = head[start + 3] & 0xc0 == 0xc0
    let side = isFirstVersion ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
    let tag = start + 4 + side
    guard tag + 156 <= head.count, head[tag + 7] & 1 == 1 else { return nil }
    let perFrame = isFirstVersion ? 1152 : 576
    let samples = head[tag + 8..<tag + 12].reduce(0) { $0 << 8 | Int($1) } * perFrame
    self.samples = samples
    // Frames, bytes, seek table and quality are there in every tag that LAME writes.
    let encoder = head[(tag + 120)...].prefix(4)
    let isLame = ["LAME", "Lavf", "Lavc"].contains { $0.utf8.elementsEqual(encoder) }
    gaps =
      head[tag + 7] == 15 && isLame
      ? Self.gaps(head[tag...])
      : iTunesTag.flatMap { ITunesGaps($0, samples: samples, frame: perFrame) }
        .map { ($0.delay, max(0, samples - $0.delay - $0.length)) }
  }

  private static func gaps(_ tag: ArraySlice<UInt8>) -> (delay: Int, padding: Int) {
    let both = tag.dropFirst(141).prefix(3).reduce(0) { $0 << 8 | Int($1) }
    // The decoder's own delay is 528 samples and one.
    return ((both >> 12) + 529, max(0, (both & 0xfff) - 529))
  }
}

/// The tag before an MP3's sound; it may hold a picture.
enum ID3Header {
  /// Its bytes; 0 where there is none.
  static func size(_ head: [UInt8]) -> Int {
    guard head.count >= 10, head.starts(with: "ID3".utf8) else { return 0 }
    return 10 + head[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7f) }
  }
}
