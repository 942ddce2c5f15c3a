import APCore
import AudioDecoding
import TestSupport
import Testing

/// What a file says of itself: kept for the header where it fits, believed where it can be true.
@Suite struct TagTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  /// Tags beside the title, and whether they all stay.
  struct Crowd: CustomTestStringConvertible {
    let testDescription: String
    let tags: [String: String]
    let allStay: Bool

    init(_ name: String, _ tags: [String: String], allStay: Bool) {
      (testDescription, self.tags, self.allStay) = (name, tags, allStay)
    }
  }

  static let crowds = [
    Crowd("plain", ["artist": "Ärzte 日本"], allStay: true),
    Crowd("line ends", ["comment": "one\r\ntwo\ttabbed"], allStay: true),
    Crowd("control characters", crowd(16, text("\u{1}", 1020)), allStay: false),
    Crowd("quotes", crowd(24, text("\"\\", 500)), allStay: false),
    Crowd("many", crowd(2000, "value"), allStay: false),
    Crowd("a long name", [text("k", 20_000): "value"], allStay: false),
    Crowd("lyrics", ["unsyncedlyrics": text("la ", 500)], allStay: false),
  ]

  private static func text(_ part: String, _ count: Int) -> String {
    String(repeating: part, count: count)
  }

  private static func crowd(_ count: Int, _ value: String) -> [String: String] {
    Dictionary(uniqueKeysWithValues: (0..<count).map { ("k\($0)", value) })
  }

  @Test(arguments: crowds)
  func tagsFitIntoAHeadersLine(crowd: Crowd) throws {
    let tags = crowd.tags.merging(["title": "Song"]) { $1 }
    let options = tags.flatMap { ["-metadata", "\($0.key)=\($0.value)"] }
    for name in ["a.flac", "a.ogg", "a.mka"] {
      let path = try files.encode(SoundFiles.sweep(frames: 2000, channels: 1), options, to: name)
      let kept = try AudioReader(InputFile(path: path)).tags
      #expect(kept["title"] == "Song", "\(name)")
      let line = JSONValue.object(kept.mapValues { .string($0) }).serialized()
      #expect(line.count <= 16_500, "\(name)")
      #expect(tags.allSatisfy { kept[$0.key] == $0.value } == crowd.allStay, "\(name)")
    }
  }

  /// Names of files and ffmpeg's options for them; the tag tells of 22,050 samples at 44,100 Hz.
  static let converted: [(String, [String])] = [
    ("a.flac", []), ("a.wav", []), ("a.mp3", ["-b:a", "64k"]), ("a.mka", ["-c:a", "flac"]),
    ("a.m4a", ["-movflags", "use_metadata_tags"]),
    ("a.mov", ["-c:a", "pcm_s16le", "-movflags", "use_metadata_tags"]),
    ("alac.m4a", ["-c:a", "alac", "-movflags", "use_metadata_tags"]),
  ]

  @Test(arguments: converted)
  func anITunesTagThatAConversionLeftIsIgnored(name: String, options: [String]) throws {
    for (tag, frames) in [("00000400 00000000 0000000000005622", 24_000), ("0 0 1", 5000)] {
      let path = try files.encode(
        SoundFiles.sweep(frames: frames, channels: 1), channels: 1, rate: 48_000,
        ["-metadata", "iTunSMPB= 00000000 \(tag) 00000000"] + options, to: name)
      #expect(try AlignmentTests.decode(path).count == frames, "\(tag)")
    }
  }

  /// Tags of an AAC file with 29 frames of 1,024 samples whose sound starts after 1,024 of them and
  /// is 28,000 long, and the frames that are decoded.
  @Test(
    arguments: [
      ("00000400 000002A0 0000000000006D60", 28_000),
      ("00000400 00000688 0000000000006978", 27_000),
      ("00000840 00000C00 0000000000004000", 28_000), ("FFFFFFFFFFFFFFFF 1 1", 28_000),
      ("00000400 x 0000000000006D60", 28_000), ("", 28_000),
    ])
  func anITunesTagOfAnMP4CountsWhereItsSumIsRight(tag: String, frames: Int) throws {
    let samples = SoundFiles.sweep(frames: 28_000, channels: 1)
    let plain = try files.encode(
      samples, channels: 1, ["-b:a", "128k", "-metadata", "title=Song"], to: "plain.m4a")
    let path = try files.change(plain, "tagged.m4a") {
      Self.insert(Self.freeForm("iTunSMPB", " 00000000 \(tag) 00000000"), into: &$0)
    }
    let decoded = try AlignmentTests.decode(path)
    #expect(decoded.count == frames)
    #expect(AlignmentTests.shift(of: decoded, against: SoundFiles.floats(samples)) == 0)
  }

  /// An item of iTunes' list with a name of its own.
  private static func freeForm(_ name: String, _ value: String) -> [UInt8] {
    box(
      "----",
      box("mean", [0, 0, 0, 0] + Array("com.apple.iTunes".utf8))
        + box("name", [0, 0, 0, 0] + Array(name.utf8))
        + box("data", [0, 0, 0, 1, 0, 0, 0, 0] + Array(value.utf8)))
  }

  private static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: (content.count + 8) >> (24 - 8 * $0)) }
      + Array(name.utf8) + content
  }

  /// Appends to the list of tags, with which a file of ffmpeg's ends.
  private static func insert(_ item: [UInt8], into file: inout [UInt8]) {
    for name in ["moov", "udta", "meta", "ilst"] {
      let places = file.indices.dropLast(3).filter { file[$0...].starts(with: name.utf8) }
      guard let place = places.last else { continue }
      let size = file[place - 4..<place].reduce(0) { $0 << 8 | Int($1) } + item.count
      for index in 0..<4 {
        file[place - 4 + index] = UInt8(truncatingIfNeeded: size >> (24 - 8 * index))
      }
    }
    file += item
  }
}
