/// What an MP3's first frame says of its length and of the encoder's padding at its end (the Xing
/// or Info tag). libavformat heeds it in a file, but not in what comes from a pipe.
struct LameHeader {
  /// The decoded samples of the whole file, the encoder's delay and padding among them.
  let samples: Int
  /// The decoded samples that are padding, counted after the encoder's delay; nil where that is not
  /// known.
  let padding: Range<Int>?

  /// - Parameter head: the file's first bytes.
  /// - Returns: nil for what is no MP3 or does not say its length.
  init?(_ head: [UInt8]) {
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
    let flags = head[tag + 7]
    guard name.elementsEqual("Info".utf8) || name.elementsEqual("Xing".utf8), flags & 1 == 1
    else { return nil }
    let frames = head[tag + 8..<tag + 12].reduce(0) { $0 << 8 | Int($1) }
    samples = frames * (isFirstVersion ? 1152 : 576)
    // Frames, bytes, seek table and quality are there in every tag that LAME writes.
    padding = flags == 15 ? Self.padding(head[tag...], samples: samples) : nil
  }

  private static func padding(_ tag: ArraySlice<UInt8>, samples: Int) -> Range<Int>? {
    let delays = tag.dropFirst(141).prefix(3).reduce(0) { $0 << 8 | Int($1) }
    let (delay, padding) = (delays >> 12, delays & 0xfff)
    // The decoder's own delay is 528 samples and one.
    let end = samples - delay - 529
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
