import TestSupport
import Testing

@testable import APCore

@Suite struct StreamParserTests {
  /// A stream with everything that can stand in one.
  private static let sample: [UInt8] = {
    var text = StreamText(channels: 2, frames: 70_000, tracks: ["a", "b"], more: #","x":[1.0]"#)
    text.audio(Sounds.noise(frames: 3, channels: 2), channels: 2, track: "a", more: #","k":1e1"#)
    text.line(#"{"type":"note"}"#)
    text.line(#"{"bytes":11,"type":"lyrics","language":"en"}"#)
    text.bytes += Array("la\nla\n{\"a\"}".utf8)
    text.audio(
      Sounds.noise(frames: 66_000, channels: 2), channels: 2, offset: 7, track: "a")
    text.audio(Sounds.noise(frames: 1, channels: 2), channels: 2, offset: 69_999, track: "b")
    text.line(#"{"frames":{"a":66003,"b":1},"records":5,"type":"end","y":"z"}"#)
    return text.bytes
  }()

  private static func events(_ bytes: [UInt8], step: Int) throws -> [StreamEvent] {
    var parser = StreamParser()
    var events: [StreamEvent] = []
    for start in stride(from: 0, to: bytes.count, by: step) {
      let piece = Array(bytes[start..<min(bytes.count, start + step)])
      var position = 0
      while let event = try parser.consume(piece.span.bytes, from: &position) {
        events.append(event)
      }
      #expect(position == piece.count)
    }
    try parser.finish()
    return events
  }

  private static func failure(_ bytes: [UInt8], step: Int = 1 << 20) -> FilterError? {
    do {
      _ = try events(bytes, step: step)
      return nil
    } catch {
      return error as? FilterError
    }
  }

  @Test(arguments: [1, 4_095, 4_097, 65_537])
  func findsTheSameInPiecesOfAnySize(step: Int) throws {
    let events = try Self.events(Self.sample, step: step)
    #expect(events == (try Self.events(Self.sample, step: Self.sample.count)))
    #expect(events.count == 7)
  }

  /// Events of a stream whose samples are written to their place by so many bytes, where so many are missing.
  private static func filled(_ bytes: [UInt8], step: Int, least: Int) throws -> [StreamEvent] {
    var parser = StreamParser()
    var events: [StreamEvent] = []
    var (rest, fills) = (bytes[...], 0)
    while !rest.isEmpty {
      let count = parser.fill(least) { room in
        let count = min(step, room.count, rest.count)
        room.copyBytes(from: rest.prefix(count))
        fills += 1
        return count
      }
      let piece = count == nil ? Array(rest.prefix(step)) : []
      rest = rest.dropFirst(count ?? piece.count)
      var position = 0
      while let event = try parser.consume(piece.span.bytes, from: &position) {
        events.append(event)
      }
    }
    #expect(fills > 0)
    try parser.finish()
    return events
  }

  @Test(arguments: [1_021, 4_096, 65_537], [1, 100, 65_536])
  func findsTheSameWhereSamplesAreWrittenToTheirPlace(step: Int, least: Int) throws {
    let whole = Self.sample
    #expect(
      try Self.filled(whole, step: step, least: least) == Self.events(whole, step: whole.count))
    for end in [100_000, 300_001, whole.count - 1] {
      let cut = Array(whole[..<end])
      let error = #expect(throws: FilterError.self) {
        try Self.filled(cut, step: step, least: least)
      }
      #expect(error?.message == Self.failure(cut)?.message)
    }
  }

  @Test func keepsWhatItDoesNotKnow() throws {
    let stream = try ReadStream(Self.sample)
    #expect(stream.header.extra == ["x": .array([.number("1.0")])])
    #expect(stream.audio("a")[0].extra == ["k": .number("1e1")])
    #expect(stream.end.extra == ["y": "z"])
    guard case .other(let other) = stream.records[2] else {
      Issue.record("no other record")
      return
    }
    #expect(other.type == "lyrics")
    #expect(other.object["language"] == "en")
    #expect(other.payload == Array("la\nla\n{\"a\"}".utf8))
  }

  @Test func readsSamplesBitForBit() throws {
    let bits: [UInt32] = [0, 0x8000_0000, 1, 0x7fc0_0001, 0xffff_ffff, 0x7f80_0000, 0x3f80_0000]
    var text = StreamText()
    text.audio(bits.map(Float.init(bitPattern:)))
    text.end(records: 1, frames: ["mix": bits.count])
    #expect(try ReadStream(text.bytes).samples("mix").map(\.bitPattern) == bits)
  }

  @Test func saysWhereAStreamWasCut() {
    var expected = Set<String>()
    // Each byte of the header and the small records, and a few of the large payload.
    for end in Array(0..<900) + [100_000, Self.sample.count - 70, Self.sample.count - 1] {
      guard let error = Self.failure(Array(Self.sample[..<end])) else {
        Issue.record("\(end) bytes pass for a stream")
        continue
      }
      #expect(error.code == .cutInput, "after \(end) bytes: \(error)")
      let kinds = [
        "is empty", "in the header's line", "in the line of record", "in the payload of record",
        "between records",
      ]
      let kind = kinds.filter { error.message.contains($0) }
      #expect(kind.count == 1, "after \(end) bytes: \(error)")
      expected.formUnion(kind)
    }
    #expect(expected.count == 5)
  }

  @Test func namesTheRecordThatWasCut() {
    var text = StreamText(frames: 4)
    text.audio([1, 2])
    let whole = text.bytes
    text.audio([3, 4], offset: 2)
    #expect(
      Self.failure(whole)?.message
        == "The input was cut short between records, after record 1: there is no end record.")
    #expect(
      Self.failure(text.bytes.dropLast(3))?.message
        == "The input was cut short in the payload of record 2, after 5 of 8 bytes.")
    #expect(
      Self.failure(whole + Array("{\"ty".utf8))?.message
        == "The input was cut short in the line of record 2, after 4 bytes.")
  }

  @Test(arguments: [
    (2, ["mix": 3], "The end record counts 2 records, but 1 came."),
    (1, ["mix": 2], "The end record counts 2 frames of \"mix\", but 3 came."),
    (
      1, ["mix": 3, "x": 0],
      "The end record counts frames of \"x\", which the header does not name."
    ),
    (1, [:], "The end record counts no frames of \"mix\", but 3 came."),
  ])
  func refusesAWrongCount(records: Int, frames: [String: Int], message: String) {
    var text = StreamText()
    text.audio([1, 2, 3])
    text.end(records: records, frames: frames)
    #expect(Self.failure(text.bytes)?.message == message)
  }

  @Test func refusesTwoStreamsInOne() throws {
    let empty = StreamText.whole(["mix": []])
    _ = try ReadStream(empty)
    for step in [1, empty.count, empty.count + 1, 1 << 20] {
      let error = Self.failure(empty + empty, step: step)
      #expect(error?.message == "Bytes follow the end of the stream.")
      #expect(error?.code == .badInput)
    }
  }

  @Test(arguments: [1, 9, 1000])
  func anAbortCanBeTheWholeStream(step: Int) throws {
    let line = #"{"ap":1,"bytes":0,"exit":66,"message":"No.","tool":"ap-x","type":"abort","why":1}"#
    guard case .abort(let abort)? = try Self.events(Array("\(line)\n".utf8), step: step).last else {
      Issue.record("no abort")
      return
    }
    #expect(abort.exit == 66)
    #expect(abort.extra == ["why": 1])
    #expect(String(decoding: abort.line(isWholeStream: true), as: UTF8.self) == line)
    let error = FilterError.aborted(abort)
    #expect(error.code.status.rawValue == 66)
    #expect(error.abort == abort)
  }

  @Test(arguments: [
    (#"{"ap":1,"type":"abort"}"#, "no \"tool\""),
    (#"{"ap":1,"exit":256,"message":"","tool":"x","type":"abort"}"#, "\"exit\""),
    (#"{"ap":1,"bytes":4,"exit":1,"message":"","tool":"x","type":"abort"}"#, "\"bytes\""),
  ])
  func refusesAWrongAbort(line: String, words: String) throws {
    let message = try #require(Self.failure(Array("\(line)\n".utf8))?.message)
    #expect(message.contains(words))
  }

  @Test func anAbortWithoutAFailureIsOne() {
    #expect(FilterError.aborted(AbortRecord(tool: "x", exit: 0, message: "")).code.status == .data)
  }

  @Test func anAbortIsAnEvent() throws {
    var text = StreamText()
    text.line(#"{"exit":74,"message":"No.","tool":"ap-x","type":"abort","why":1}"#)
    guard case .abort(let abort)? = try Self.events(text.bytes, step: 9).last else {
      Issue.record("no abort")
      return
    }
    #expect(abort.tool == "ap-x")
    #expect(abort.exit == 74)
    #expect(abort.message == "No.")
    #expect(abort.extra == ["why": 1])
  }

  @Test(arguments: ["RIFF", "{ \"ap\":1,", "\n", "fLaC....", "\u{0}"])
  func knowsAStreamByItsFirstBytes(text: String) {
    let error = Self.failure(Array(text.utf8) + [UInt8](repeating: 0x41, count: 100), step: 1)
    #expect(error?.message == "The input is not an ap stream.")
  }

  @Test func knowsAStreamOfAnotherVersion() {
    let error = Self.failure(Array("{\"ap\":12,".utf8), step: 1)
    #expect(error?.message == "The input is an ap stream of a version other than 1.")
  }

  @Test(arguments: [65_535, 65_536, 65_537])
  func aLineHasAtMost65536Bytes(length: Int) throws {
    var text = StreamText()
    let frame = #"{"type":"note","x":""}"#
    text.line(
      frame.replacing(
        "\"\"", with: "\"\(String(repeating: "y", count: length - 1 - frame.utf8.count))\""))
    text.end(records: 1, frames: ["mix": 0])
    for step in [1, 65_536, 1 << 20] {
      let error = Self.failure(text.bytes, step: step)
      #expect(
        error?.message
          == (length > 65_536 ? "The line of record 1 is longer than 65536 bytes." : nil))
    }
  }

  @Test func doesNotKeepALineThatNeverEnds() {
    let endless = StreamText().bytes + [UInt8](repeating: 0x20, count: 70_000)
    #expect(Self.failure(endless)?.code == .badInput)
  }

  /// Lines that are refused after a header of one channel and 10 frames, and why.
  @Test(arguments: [
    (#"{"bytes":12,"frames":2,"offset":0,"track":"mix","type":"audio"}"#, "claims 12 bytes"),
    (#"{"bytes":0,"frames":2,"offset":0,"track":"mix","type":"audio"}"#, "claims 0 bytes"),
    (#"{"frames":2,"offset":0,"track":"mix","type":"audio"}"#, "claims 0 bytes"),
    (#"{"bytes":-8,"frames":2,"offset":0,"track":"mix","type":"audio"}"#, "\"bytes\""),
    (#"{"bytes":0,"frames":0,"offset":0,"track":"mix","type":"audio"}"#, "\"frames\""),
    (
      #"{"bytes":4000000000,"frames":1000000000,"offset":0,"track":"mix","type":"audio"}"#,
      "\"bytes\""
    ),
    (
      #"{"bytes":8,"frames":4611686018427387906,"offset":0,"track":"mix","type":"audio"}"#,
      "\"frames\""
    ),
    (#"{"bytes":67108865,"type":"blob"}"#, "\"bytes\""),
    (#"{"bytes":8,"frames":2,"offset":-1,"track":"mix","type":"audio"}"#, "\"offset\""),
    (#"{"bytes":8,"frames":2,"offset":9,"track":"mix","type":"audio"}"#, "ends at frame 11"),
    (#"{"bytes":8,"frames":2,"offset":0,"track":"bass","type":"audio"}"#, "\"bass\""),
    (#"{"bytes":8,"frames":2,"offset":0,"type":"audio"}"#, "no \"track\""),
    (
      #"{"bytes":8,"frames":2,"length":2,"offset":0,"segment":0,"track":"mix","type":"audio"}"#,
      "\"segment\""
    ),
    (#"{"bytes":8}"#, "no \"type\""),
    (#"{"bytes":4,"frames":{"mix":0},"records":0,"type":"end"}"#, "no payload"),
    (#"{"frames":{"mix":"0"},"records":0,"type":"end"}"#, "\"frames\""),
    (#"{"type":"abort"}"#, "no \"tool\""),
    (#"[]"#, "no JSON object"),
    (#"{"type":"a","type":"b"}"#, "is given twice"),
    (#"{"type":"a","x":\#(String(repeating: "[", count: 64))"#, "levels"),
    ("", "not valid JSON"),
  ])
  func refusesARecord(line: String, reason: String) {
    var text = StreamText(frames: 10)
    text.line(line)
    text.bytes += [UInt8](repeating: 0, count: 8)
    let error = Self.failure(text.bytes)
    #expect(error?.code == .badInput)
    #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
  }

  @Test(arguments: [0, 1])
  func refusesAudioThatGoesBack(offset: Int) {
    var text = StreamText(tracks: ["a", "b"])
    text.audio([1, 2], track: "a")
    text.audio([1, 2], track: "b")
    text.audio([1, 2], offset: offset, track: "a")
    #expect(
      Self.failure(text.bytes)?.message
        == "Record 3 starts at frame \(offset), but the track is already at 2.")
  }

  /// Bits, bytes and digits are changed; a damaged stream may pass, but may not crash.
  @Test func survivesDamage() {
    var generator = SplitMix(seed: 1)
    let small = Self.sample[..<900]
    var refused = 0
    for _ in 0..<4_000 {
      var bytes = Array(small)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.insert(contentsOf: "9999999999".utf8, at: place)
        default: bytes.remove(at: place)
        }
      }
      if Self.failure(bytes) != nil { refused += 1 }
    }
    // The stream is cut as well, so nothing passes.
    #expect(refused == 4_000)
  }
}
