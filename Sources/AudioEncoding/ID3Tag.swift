internal import APCore
internal import SystemPackage

/// The tag at the start of an MP3 (ID3v2.4). libsndfile has LAME write one, but LAME takes the bytes
/// of UTF-8 for letters of Latin-1.
struct ID3Tag {
  /// Empty where there is nothing to say.
  private(set) var bytes: [UInt8] = []

  private static let textFrames = [
    ("title", "TIT2"), ("artist", "TPE1"), ("album", "TALB"), ("date", "TDRC"), ("genre", "TCON"),
    ("track", "TRCK"), ("copyright", "TCOP"), ("album_artist", "TPE2"), ("composer", "TCOM"),
    ("disc", "TPOS"), ("bpm", "TBPM"), ("key", "TKEY"), ("isrc", "TSRC"), ("publisher", "TPUB"),
  ]
  private static let utf8: [UInt8] = [3]

  /// - Parameter tags: those of `SourceTags`.
  init(_ tags: [String: String]) {
    var frames: [UInt8] = []
    for (key, name) in Self.textFrames {
      if let value = tags[key] { frames += Self.frame(name, Self.utf8 + value.utf8) }
    }
    if let comment = tags["comment"] {
      // A language that nobody knows, and no description.
      frames += Self.frame("COMM", Self.utf8 + "XXX\0".utf8 + comment.utf8)
    }
    if let license = tags["license"] {
      frames += Self.frame("TXXX", Self.utf8 + "license\0".utf8 + license.utf8)
    }
    guard !frames.isEmpty else { return }
    bytes = Array("ID3".utf8) + [4, 0, 0] + Self.sevenBits(frames.count) + frames
  }

  private static func frame(_ name: String, _ content: [UInt8]) -> [UInt8] {
    name.utf8 + sevenBits(content.count) + [0, 0] + content
  }

  /// A size of 28 bits, seven a byte.
  private static func sevenBits(_ size: Int) -> [UInt8] {
    [21, 14, 7, 0].map { UInt8(size >> $0 & 0x7f) }
  }

  /// Puts the tag before what a file holds.
  ///
  /// - Throws: `io`.
  func insert(into file: FileDescriptor, name: String) throws(FilterError) {
    guard !bytes.isEmpty else { return }
    do {
      try file.makeRoom(bytes.count, before: 0..<(try file.seek(offset: 0, from: .end)))
      try file.writeAll(toAbsoluteOffset: 0, bytes)
    } catch {
      throw SoundFileOutput.error(writing: name, error)
    }
  }
}
