import SystemPackage
import TestSupport
import Testing

@testable import AudioEncoding

@Suite struct ID3TagTests {
  @Test func hasAFrameAKey() {
    #expect(ID3Tag([:]).bytes == [])
    #expect(ID3Tag(["encoder": "no"]).bytes == [])
    let title: [UInt8] = [0x54, 0x49, 0x54, 0x32, 0, 0, 0, 3, 0, 0, 3, 0xC3, 0xA9]
    #expect(ID3Tag(["title": "é"]).bytes == Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 13] + title)
  }

  /// Each tag that an MP3 has a frame for, by any of the names that files give it.
  @Test(arguments: [
    ("title", "TIT2"), ("artist", "TPE1"), ("album", "TALB"), ("date", "TDRC"), ("genre", "TCON"),
    ("track", "TRCK"), ("copyright", "TCOP"), ("album_artist", "TPE2"), ("albumartist", "TPE2"),
    ("composer", "TCOM"), ("disc", "TPOS"), ("discnumber", "TPOS"), ("bpm", "TBPM"),
    ("tbpm", "TBPM"), ("tmpo", "TBPM"), ("key", "TKEY"), ("initialkey", "TKEY"), ("tkey", "TKEY"),
    ("isrc", "TSRC"), ("tsrc", "TSRC"), ("publisher", "TPUB"), ("organization", "TPUB"),
    ("label", "TPUB"),
  ])
  func hasTheFrameOfAKey(key: String, frame: String) {
    let content: [UInt8] = [0, 0, 0, 2, 0, 0, 3, 0x61]
    #expect(
      ID3Tag(SourceTags.named([key: "a"])).bytes
        == Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 12] + frame.utf8 + content)
  }

  /// A tag's own name comes before what other formats call it.
  @Test func theFirstNameOfATagCounts() {
    let tags = SourceTags.named(["bpm": "1", "tbpm": "2", "tkey": "Am", "initialkey": "Bm"])
    #expect(tags["bpm"] == "1")
    #expect(tags["key"] == "Bm")
  }

  /// Seven bits of a size stand in a byte.
  @Test func isAsLongAsItSays() {
    for length in [100, 127, 128, 16_384, 70_000] {
      let bytes = ID3Tag(["comment": String(repeating: "c", count: length)]).bytes
      let size = bytes[6..<10].reduce(0) { $0 << 7 | Int($1) }
      #expect(bytes[6..<10].allSatisfy { $0 < 128 })
      #expect(bytes.count == 10 + size)
      #expect(size == 10 + 1 + 4 + length)
    }
  }

  /// Shorter and longer than what is moved at once.
  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
  func standsBeforeWhatWasThere(length: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 8) }
    let path = try folder.write(bytes, to: "a.mp3")
    let tag = ID3Tag(["title": "a", "license": "b"])
    let file = try FileDescriptor.open(FilePath(path), .readWrite)
    try file.closeAfter { try tag.insert(into: file, name: path) }
    #expect(try Files.read(path) == tag.bytes + bytes)
  }
}
