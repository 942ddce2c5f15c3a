/// Files in which libavformat goes back and forth, so that it cannot read them from a pipe.
enum SeekingFormat {
  /// The bytes of a file's start that are looked at.
  static let headSize = 4096

  /// Whether a file of that kind begins so.
  ///
  /// - Parameter head: the file's first bytes, `headSize` of them unless it is shorter.
  static func begins(_ head: ArraySlice<UInt8>) -> Bool {
    isMP4WithLateIndex(head)
  }

  /// Whether the file is an MP4 or QuickTime movie (ISO/IEC 14496-12) and no box `moov` stands in its
  /// head: most writers put that behind the samples.
  private static func isMP4WithLateIndex(_ head: ArraySlice<UInt8>) -> Bool {
    let firstBoxes = ["ftyp", "wide", "free", "skip", "mdat"]
    var rest = head
    guard firstBoxes.contains(where: { rest.dropFirst(4).starts(with: $0.utf8) }) else {
      return false
    }
    while rest.count >= 8, !rest.dropFirst(4).starts(with: "moov".utf8) {
      let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      // 0 and 1 stand for boxes too long for 32 bits.
      guard size >= 8, size <= rest.count else { return true }
      rest.removeFirst(size)
    }
    return rest.count < 8
  }
}
