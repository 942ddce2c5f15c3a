import APCore
import TestSupport
import Testing

/// The rules of the stream, kept by filters in real pipes.
@Suite struct StreamRulesTests {
  private static func expectFailure(
    _ outcome: Outcome, _ status: Int32, saying words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status, sourceLocation: sourceLocation)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errors.contains(words), "\(outcome.errors)", sourceLocation: sourceLocation)
  }

  /// Runs a filter on input that it must refuse, and finds that nothing looks whole.
  private static func refusal(
    of input: [UInt8], by filter: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let outcome = try Filters.reader(filter, folder: folder).run(.bytes(input))
    #expect(try folder.list() == [], sourceLocation: sourceLocation)
    #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
      try ReadStream(outcome.output)
    }
    // A filter that has written a header says that no end will come.
    #expect(
      outcome.output.isEmpty || lastLine(outcome).contains(#""type":"abort""#),
      sourceLocation: sourceLocation)
    return outcome
  }

  private static func lastLine(_ outcome: Outcome) -> String {
    outcome.text.split(separator: "\n").last.map(String.init) ?? ""
  }

  @Test(arguments: Filters.light)
  func passesOnWhatItDoesNotKnow(filter: String) throws {
    var text =
      filter == "ap-xfade"
      ? Filters.windowed() : StreamText(more: #","zone":{"a":[1.50,1e2]},"!":null"#)
    text.line(#"{"bytes":5,"language":"en","type":"lyrics"}"#)
    text.bytes += Array("la\n{\u{0}".utf8)
    text.line(#"{"type":"marker"}"#)
    text.line(#"{"frames":{"mix":0},"note":true,"records":2,"type":"end"}"#)
    let output = try Command(filter).run(.bytes(text.bytes)).text
    #expect(output.contains(#"{"bytes":5,"language":"en","type":"lyrics"}"# + "\nla\n{\u{0}{"))
    #expect(output.contains(#"{"bytes":0,"type":"marker"}"# + "\n"))
    #expect(output.contains(#""note":true"#))
    if filter == "ap-segment" {
      #expect(output.hasPrefix(#"{"ap":1,"!":null,"channels":1"#))
      #expect(output.contains(#""zone":{"a":[1.50,1e2]}}"#))
    }
  }

  @Test(arguments: Filters.light)
  func addsItselfToTheHistory(filter: String) throws {
    let input = Filters.input(for: filter)
    let output = try Command(filter, "--fade", "linear").run(.bytes(input)).output
    let history = try ReadStream(output).header.history
    #expect(history.map(\.tool) == [filter])
    #expect(history[0].version == Suite.version)
    #expect(history[0].options["fade"] == "linear")
  }

  @Test(arguments: Filters.light, [1, 4_095, 4_097, 65_537])
  func readsPiecesOfAnySize(filter: String, size: Int) throws {
    let input = Filters.input(for: filter, frames: 20_000)
    let whole = try Command(filter).run(.bytes(input))
    let pieces = try Pipeline([Filters.python("chunks.py", ["\(size)"]), Command(filter)])
      .run(.bytes(input))
    #expect(whole.status == 0)
    #expect(pieces.map(\.status) == [0, 0])
    #expect(pieces[1].output == whole.output)
  }

  @Test(arguments: Filters.light)
  func headerAndEndAreAStream(filter: String) throws {
    let outcome = try Command(filter).run(.bytes(Filters.input(for: filter, frames: 0)))
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let stream = try ReadStream(outcome.output)
    #expect(stream.records.isEmpty)
    #expect(stream.end.frames == ["mix": 0])
  }

  @Test(arguments: Filters.readers)
  func noBytesAreNoStream(filter: String) throws {
    let outcome = try Self.refusal(of: [], by: filter)
    Self.expectFailure(
      outcome, 65, saying: "The input is empty. The command before this one failed.")
    #expect(outcome.isAbort || filter == "ap-encode")
  }

  @Test(arguments: Filters.readers)
  func fourKindsOfCut(filter: String) throws {
    let input = Filters.input(for: filter)
    let header = try #require(input.firstIndex(of: UInt8(ascii: "\n"))) + 1
    let audio = try #require(input[header...].firstIndex(of: UInt8(ascii: "\n"))) + 1
    let end = audio + 4_000
    for (length, words) in [
      (header - 1, "cut short in the header's line"),
      (header + 5, "cut short in the line of record 1"),
      (audio + 9, "cut short in the payload of record 1, after 9 of 4000 bytes"),
      (end, "cut short between records, after record 1"),
      (end + 3, "cut short in the line of record 2"),
    ] {
      let outcome = try Self.refusal(of: Array(input[..<length]), by: filter)
      Self.expectFailure(outcome, 65, saying: words)
      #expect(outcome.output.isEmpty || Self.lastLine(outcome).contains(#""tool":"\#(filter)""#))
    }
  }

  @Test(arguments: Filters.readers)
  func aWrongCountIsDamage(filter: String) throws {
    let input = String(
      decoding: Filters.input(for: filter, frames: 0), as: UTF8.self
    ).replacing(#""records":0"#, with: #""records":7"#)
    Self.expectFailure(
      try Self.refusal(of: Array(input.utf8), by: filter), 65,
      saying: "The end record counts 7 records, but 0 came.")
  }

  @Test(arguments: Filters.readers)
  func twoStreamsAreNotOne(filter: String) throws {
    let input = Filters.input(for: filter)
    let outcome = try Self.refusal(of: input + input, by: filter)
    Self.expectFailure(outcome, 65, saying: "Bytes follow the end of the stream.")
  }

  @Test(arguments: Filters.readers)
  func anAbortGoesThroughAllFilters(filter: String) throws {
    let abort =
      #"{"bytes":0,"exit":74,"message":"Disk \"x\" is full.","tool":"ap-first","type":"abort"}"#
    var text = StreamText(
      header: String(
        decoding: Filters.input(for: filter, frames: 0).dropFirst(8).prefix { $0 != 0x0a }
          .dropLast(),
        as: UTF8.self))
    text.line(abort)
    let outcome = try Self.refusal(of: text.bytes, by: filter)
    #expect(outcome.status == 74)
    #expect(outcome.errors == "")
    #expect(Self.lastLine(outcome) == (filter == "ap-encode" ? "" : abort))
  }

  @Test func theFirstFilterAfterACutReportsIt() throws {
    let input = Filters.input(for: "ap-segment", frames: 100_000)
    let outcomes = try Pipeline([
      Command("ap-segment", "--length", "1", "--overlap", "0"), Command("ap-xfade"),
      Command("ap-segment"),
    ]).run(.bytes(Array(input.dropLast(90))))
    #expect(outcomes.map(\.status) == [65, 65, 65])
    #expect(outcomes.map(\.errorLines.count) == [1, 0, 0])
    #expect(outcomes[0].errors.contains("The input was cut"))
  }

  @Test(arguments: Filters.light)
  func aClaimReservesNoMemory(filter: String) throws {
    let folder = try TemporaryFolder()
    let idle = Command(filter, "--version").recordingPeakMemory(in: folder.file("idle"))
    #expect(try idle.run().status == 0)
    var text = StreamText(frames: 1 << 50)
    if filter == "ap-xfade" { text = Filters.windowed() }
    text.line(#"{"bytes":67108864,"type":"blob"}"#)
    text.bytes += [1, 2, 3]
    let outcome = try Command(filter).recordingPeakMemory(in: folder.file("peak"))
      .run(.bytes(text.bytes))
    Self.expectFailure(outcome, 65, saying: "after 3 of 67108864 bytes")
    #expect(try folder.number(in: "peak") < folder.number(in: "idle") + 8 << 20)
  }

  @Test(arguments: Filters.readers)
  func otherFilesAreRefusedAtOnce(filter: String) throws {
    let outcome = try Self.refusal(of: Array("RIFF\u{24}\u{0}\u{0}\u{0}WAVE".utf8), by: filter)
    Self.expectFailure(
      outcome, 65, saying: "is not an ap stream. Put ap-decode before this filter.")
  }

  @Test func layoutsAreNotMixedUp() throws {
    Self.expectFailure(
      try Command("ap-xfade").run(.bytes(Filters.input(for: "ap-segment"))), 65,
      saying: "put ap-segment before it")
    Self.expectFailure(
      try Command("ap-segment").run(.bytes(Filters.input(for: "ap-xfade"))), 65,
      saying: "Put ap-xfade before ap-segment")
  }
}
