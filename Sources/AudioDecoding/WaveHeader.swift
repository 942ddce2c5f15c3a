/// What a WAV file says of its own length. libavformat takes the file's size for it instead, and so
/// does not see that a file was cut.
enum WaveHeader {
  /// The frames that the `data` chunk promises.
  ///
  /// - Parameter head: the file's first bytes.
  /// - Returns: nil for what is no WAV, has its data further behind, or was written to a pipe, so
  ///   that the size is a placeholder.
  static func promisedFrames(_ head: [UInt8]) -> Int? {
    guard head.starts(with: "RIFF".utf8), head.dropFirst(8).starts(with: "WAVE".utf8) else {
      return nil
    }
    var blockAlign = 0
    var position = 12
    while position + 8 <= head.count {
      let name = head[position..<position + 4]
      let size = little(head[position + 4..<position + 8])
      if name.elementsEqual("fmt ".utf8), position + 22 <= head.count {
        blockAlign = little(head[position + 20..<position + 22])
      }
      if name.elementsEqual("data".utf8) {
        // ffmpeg writes 2^32 − 1 and sox about 2^31 where they cannot know.
        let isPlaceholder = size == 0 || size & 0x7fff_f000 == 0x7fff_f000
        return isPlaceholder || blockAlign == 0 ? nil : size / blockAlign
      }
      position += 8 + size + size % 2
    }
    return nil
  }

  private static func little(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
