/// What an MP3's first frame says of the encoder's padding at its end (the Info tag of LAME).
/// libavformat takes it off a file, but not off what comes from a pipe.
enum LameHeader {
  /// The decoded samples that are padding, counted after the encoder's delay.
  ///
  /// - Parameter head: the file's first bytes.
  /// - Returns: nil for what is no MP3 or does not say it.
  static func padding(_ head: [UInt8]) -> Range<Int>? {
    let start = ID3Header.size(head)
    guard start + 4 <= head.count, head[start] == 0xff, head[start + 1] & 0xe0 == 0xe0 else {
      return nil
    }
    let isFirstVersion = head[start + 1] & 0x18 == 0x18
    let isMono = head[start + 3] & 0xc0 == 0xc0
    let side = isFirstVersion ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
    let tag = start + 4 + side
    guard tag + 156 <= head.count else { return nil }
    let name = head[tag..<tag + 4]
    // Frames, bytes, seek table and quality are there in every tag that LAME writes.
    guard name.elementsEqual("Info".utf8) || name.elementsEqual("Xing".utf8), head[tag + 7] == 15
    else { return nil }
    let frames = head[tag + 8..<tag + 12].reduce(0) { $0 << 8 | Int($1) }
    let delays = head[tag + 141..<tag + 144].reduce(0) { $0 << 8 | Int($1) }
    let (delay, padding) = (delays >> 12, delays & 0xfff)
    // The decoder's own delay is 528 samples and one.
    let end = frames * (isFirstVersion ? 1152 : 576) - delay - 529
    guard delay > 0, padding > 529, end > padding else { return nil }
    return end - padding + 529..<end
  }
}

/// The tag that stands before an MP3's sound; it may hold a picture.
enum ID3Header {
  /// Its bytes; 0 where there is none.
  static func size(_ head: [UInt8]) -> Int {
    guard head.count >= 10, head.starts(with: "ID3".utf8) else { return 0 }
    return 10 + head[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7f) }
  }
}
