import APCore
import AudioDecoding
import TestSupport
import Testing

/// The edit list of an MP4 or QuickTime file says which parts are heard, and in which order.
@Suite struct EditListTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  /// An edit of a track with 44,100 ticks a second in a movie with 1,000.
  struct Edit {
    var milliseconds: Int
    /// The first sample, after the encoder's delay; nil: none, the edit is empty.
    var start: Int?
    var rate = 1
  }

  struct List: CustomTestStringConvertible {
    let testDescription: String
    let edits: [Edit]

    init(_ name: String, _ edits: [Edit]) { (testDescription, self.edits) = (name, edits) }
  }

  static let lists = [
    List("from a later start", [Edit(milliseconds: 300, start: 4_410)]),
    List("to an earlier end", [Edit(milliseconds: 200, start: 0)]),
    List("to the end", [Edit(milliseconds: 0, start: 8_820)]),
    List("past the end", [Edit(milliseconds: 5_000, start: 8_820)]),
    List(
      "two in order", [Edit(milliseconds: 100, start: 441), Edit(milliseconds: 100, start: 8_820)]),
    List(
      "two in one frame",
      [Edit(milliseconds: 10, start: 2_100), Edit(milliseconds: 10, start: 2_600)]),
    List("back", [Edit(milliseconds: 200, start: 13_230), Edit(milliseconds: 200, start: 0)]),
    List(
      "the same twice", [Edit(milliseconds: 0, start: 4_410), Edit(milliseconds: 0, start: 4_410)]),
    List("after silence", [Edit(milliseconds: 250), Edit(milliseconds: 200, start: 0)]),
    List("after much silence", [Edit(milliseconds: 5_000), Edit(milliseconds: 200, start: 0)]),
    List(
      "around silence",
      [
        Edit(milliseconds: 50, start: 0), Edit(milliseconds: 100),
        Edit(milliseconds: 50, start: 441),
      ]),
    List(
      "a still is silent",
      [Edit(milliseconds: 100, start: 441, rate: 0), Edit(milliseconds: 50, start: 441)]),
    List("silence at the end", [Edit(milliseconds: 200, start: 0), Edit(milliseconds: 100)]),
  ]

  /// Files, and the samples before their sound.
  static let kinds: [(String, [String], Int)] = [
    ("a.m4a", ["-c:a", "aac", "-b:a", "64k"], 1024),
    ("alac.m4a", ["-c:a", "alac"], 0), ("pcm.mov", ["-c:a", "pcm_s16le"], 0),
    ("film.mp4", ["-f", "lavfi", "-i", "testsrc=d=0.5:s=32x32", "-c:a", "aac"], 1024),
  ]

  @Test(arguments: kinds, lists)
  func theEditsAreHeardInTheirOrder(kind: (name: String, options: [String], delay: Int), list: List)
    throws
  {
    let frames = 22_050
    let path = try files.encode(
      SoundFiles.sweep(frames: frames, channels: 1), channels: 1, kind.options, to: kind.name)
    let whole = try AlignmentTests.decode(path)
    #expect(whole.count == frames)
    for isLong in [false, true] {
      let edited = try files.change(path, "edited-\(kind.name)") { bytes in
        bytes = Self.replace(in: bytes, Self.content(list.edits, delay: kind.delay, isLong: isLong))
      }
      let expected = Self.heard(list.edits, of: whole)
      let decoded = try AlignmentTests.decode(edited)
      #expect(abs(decoded.count - expected.count) <= 44 * list.edits.count)
      #expect(Self.difference(decoded, expected) < 1e-6)
      let piped = try Command("ap-decode", "-").run(.bytes(Files.read(edited)))
      #expect(try ReadStream(piped.output).samples("mix") == decoded)
    }
  }

  /// The samples of `whole` that the edits name.
  private static func heard(_ edits: [Edit], of whole: [Float]) -> [Float] {
    var parts = edits[...]
    while parts.last?.start == nil { parts.removeLast() }
    return parts.flatMap { edit -> [Float] in
      let count = edit.milliseconds * 441 / 10
      guard let start = edit.start, edit.rate != 0 else {
        return [Float](repeating: 0, count: count)
      }
      return Array(whole[start...].prefix(count == 0 ? .max : count))
    }
  }

  private static func difference(_ samples: [Float], _ others: [Float]) -> Float {
    zip(samples, others).map { abs($0 - $1) }.max() ?? 0
  }

  private static func content(_ edits: [Edit], delay: Int, isLong: Bool) -> [UInt8] {
    let width = isLong ? 8 : 4
    let entries = edits.flatMap { edit -> [UInt8] in
      let start = edit.start.map { $0 + delay } ?? -1
      return Boxes.big(edit.milliseconds, width) + Boxes.big(start, width)
        + [0, UInt8(edit.rate), 0, 0]
    }
    return [isLong ? 1 : 0, 0, 0, 0] + Boxes.big(edits.count, 4) + entries
  }

  /// Gives each track with sound that edit list. An index before the sound would move it,
  /// so its place is taken by one after it.
  private static func replace(in bytes: [UInt8], _ list: [UInt8]) -> [UInt8] {
    let index = Boxes.content(bytes, "moov")
    let edited = Boxes.edit(index, ["trak"]) { track in
      let isSound = Boxes.content(Boxes.content(track, "mdia"), "hdlr")[8..<12].elementsEqual(
        "soun".utf8)
      guard isSound else { return track }
      return Boxes.box("edts", Boxes.box("elst", list)) + Boxes.edit(track, ["edts"]) { _ in [] }
    }
    let emptied = Boxes.rename(bytes, "moov", to: "free")
    return emptied + Boxes.box("moov", edited)
  }

  /// An end for which there are no 64 bits, of itself or added to its start, is that of the track.
  @Test(arguments: [1 << 47, Int.max / 96_000])
  func anEndBeyondAllNumbersIsThatOfTheTrack(seconds: Int) throws {
    let samples = SoundFiles.sweep(frames: 100_000, channels: 1)
    let path = try files.encode(
      samples, channels: 1, rate: 96_000, ["-c:a", "alac"], to: "a.m4a")
    let edited = try files.change(path, "edited.m4a") { bytes in
      let slow = Boxes.edit(bytes, ["moov", "mvhd"]) { header in
        header[..<12] + Boxes.big(1, 4) + header[16...]
      }
      let edit = Edit(milliseconds: seconds, start: 96_000)
      bytes = Self.replace(in: slow, Self.content([edit], delay: 0, isLong: true))
    }
    #expect(try AlignmentTests.decode(edited) == SoundFiles.floats(Array(samples[96_000...])))
  }

  /// A list that no player would make costs neither time nor room.
  @Test(arguments: [
    [Edit(milliseconds: 2_000_000_000), Edit(milliseconds: 100, start: 0)],
    [Edit(milliseconds: -5, start: 0)], [],
  ])
  func aListThatCannotBeMeantIsIgnored(edits: [Edit]) throws {
    let samples = SoundFiles.sweep(frames: 4_000, channels: 1)
    let path = try files.encode(samples, channels: 1, ["-c:a", "alac"], to: "a.m4a")
    let edited = try files.change(path, "edited.m4a") { bytes in
      bytes = Self.replace(in: bytes, Self.content(edits, delay: 0, isLong: false))
    }
    #expect(try AlignmentTests.decode(edited) == SoundFiles.floats(samples))
  }
}
