import APCore
import TestSupport
import Testing

/// `ap-segment` and `ap-xfade` in real pipes.
@Suite struct WindowPipeTests {
  private static let options: [[String]] = [
    ["--length", "1", "--overlap", "0.25"], ["--length", "1", "--overlap", "0"],
    ["--min-length", "0.5", "--max-length", "1.1", "--overlap", "0.2"],
  ]

  private static func segment(_ options: [String]) -> Command {
    var command = Command("ap-segment")
    command.arguments = options
    return command
  }

  /// Lengths around those of a window and of k strides, at 1000 frames a second.
  @Test(
    arguments: [0, 1, 999, 1000, 1001, 749, 750, 751, 2249, 2250, 2251], options)
  func cutAndJoinedIsBitForBit(frames: Int, options: [String]) throws {
    for (channels, isCounted) in [(1, true), (2, false), (3, true)] {
      let tracks = [
        "a": Sounds.noise(frames: frames, channels: channels, seed: 1),
        "b.2": Sounds.noise(frames: frames, channels: channels, seed: 2),
      ]
      let input = StreamText.whole(
        tracks, channels: channels, rate: 1_000, isCounted: isCounted, recordFrames: 300)
      let outcomes = try Pipeline([Self.segment(options), Command("ap-xfade")]).run(.bytes(input))
      #expect(outcomes.map(\.status) == [0, 0])
      #expect(outcomes.map(\.errors) == ["", ""])
      let output = try ReadStream(outcomes[1].output)
      for (track, samples) in tracks {
        #expect(output.samples(track).map(\.bitPattern) == samples.map(\.bitPattern))
      }
    }
  }

  @Test func aReaderMadeFromTheManualAgrees() throws {
    var text = StreamText(channels: 2, rate: 1_000, tracks: ["left-1", "x"], more: #","é":1"#)
    text.line(#"{"bytes":3,"type":"note"}"#)
    text.bytes += [0x0a, 0x7b, 0x00]
    text.audio(Sounds.noise(frames: 3_000, channels: 2), channels: 2, track: "x")
    text.audio(Sounds.noise(frames: 10, channels: 2), channels: 2, offset: 90, track: "left-1")
    text.audio(Sounds.noise(frames: 1, channels: 2), channels: 2, offset: 90_000, track: "left-1")
    text.end(records: 4, frames: ["x": 3_000, "left-1": 11])
    let reader = Filters.python("ap_stream.py")

    let windowed = try Pipeline([Self.segment(["--length", "1", "--overlap", "0.5"]), reader])
      .run(.bytes(text.bytes))
    #expect(windowed.map(\.status) == [0, 0], "\(windowed[1].errors)")
    let report = try JSONValue(parsing: Array(windowed[1].text.utf8))
    #expect(report["header"]?["window"] == ["fade": "cosine", "length": 1000, "overlap": 500])
    #expect(report["others"]?.array?.count == 1)
    #expect(
      report["tracks"]?["x"]?["segments"]
        == [[0, 1000], [500, 1000], [1000, 1000], [1500, 1000], [2000, 1000]])
    #expect(report["tracks"]?["left-1"]?["segments"] == [[0, 100], [89_500, 501]])

    let joined = try Pipeline([
      Self.segment(["--length", "1", "--overlap", "0.5"]), Command("ap-xfade"), reader,
    ]).run(.bytes(text.bytes))
    #expect(joined.map(\.status) == [0, 0, 0], "\(joined[2].errors)")
    let end = try JSONValue(parsing: Array(joined[2].text.utf8))
    #expect(end["tracks"]?["x"]?["frames"] == 3_000)
    #expect(end["tracks"]?["left-1"]?["end"] == 90_001)
  }

  @Test func theManualsOwnReaderRuns() throws {
    let page = String(
      decoding: try Files.read("\(Project.root)/man/man5/ap-stream.5"), as: UTF8.self)
    let start = try #require(page.firstRange(of: "import json, struct, sys"))
    let end = try #require(page[start.lowerBound...].firstRange(of: ".Ed"))
    let script = String(page[start.lowerBound..<end.lowerBound]).replacing("\\-", with: "-")
    let input = StreamText.whole(["mix": [0.25, -0.5, 0]])
    let outcome = try Command.tool("python3", "-c", script).run(.bytes(input))
    #expect(outcome.text == "mix 0 0.5\n", "\(outcome.errors)")
    let cut = try Command.tool("python3", "-c", script).run(.bytes(Array(input.dropLast(80))))
    #expect(cut.status == 1)
  }

  @Test func theFirstWindowsOnly() throws {
    let input = StreamText.whole(["mix": Sounds.noise(frames: 5_000)], rate: 1_000)
    let options = ["--length", "1", "--overlap", "0.5", "--max-segments", "2"]
    let outcome = try Self.segment(options).run(.bytes(input))
    #expect(outcome.errors.contains("the first 2 windows"))
    let stream = try ReadStream(outcome.output)
    #expect(stream.audio("mix").map(\.offset) == [0, 500])
    #expect(stream.header.frames == 1_500)
    var gap = StreamText(rate: 1_000, frames: 9_000)
    gap.audio([1, 2], offset: 10)
    gap.audio([3, 4], offset: 8_000)
    gap.end(records: 2, frames: ["mix": 4])
    let first = try ReadStream(try Self.segment(options).run(.bytes(gap.bytes)).output)
    #expect(first.audio("mix").map(\.samples.count) == [12])
    let all = try Self.segment(["--max-segments", "1"]).run(.bytes(input))
    #expect(all.errors == "")
    #expect(try ReadStream(all.output).header.frames == 5_000)
  }

  @Test func theFadeIsTheHeadersOrTheOptions() throws {
    var text = StreamText(
      header: """
        "channels":1,"encoding":"f32le","layout":"windowed","rate":8,"tracks":[{"name":"mix"}],\
        "type":"stream","window":{"fade":"linear","length":4,"overlap":2}
        """)
    text.audio([0, 0, 0, 0], more: #","length":4,"segment":0"#)
    text.audio([1, 1, 1, 1], offset: 2, more: #","length":4,"segment":1"#)
    text.end(records: 2, frames: ["mix": 8])
    let linear = try Command("ap-xfade").run(.bytes(text.bytes))
    #expect(try ReadStream(linear.output).samples("mix") == [0, 0, 0.25, 0.75, 1, 1])
    let cosine = try Command("ap-xfade", "--fade", "cosine").run(.bytes(text.bytes))
    let samples = try ReadStream(cosine.output).samples("mix")
    #expect(abs(samples[2] - 0.146_446_6) < 1e-6)
  }

  @Test(arguments: [
    ["--length", "1", "--overlap", "0.6"], ["--overlap", "20"], ["--min-length", "3"],
    ["--max-segments", "0"],
    ["--fade", "step"], ["--length", "nan"], ["--quiet", "--verbose"], ["file.wav"], ["--nonsense"],
  ])
  func wrongOptionsAreOneLineAnd64(options: [String]) throws {
    let outcome = try Self.segment(options).run(.bytes(Filters.input(for: "ap-segment")))
    #expect(outcome.status == 64)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("ap-segment: "))
    #expect(outcome.isAbort)
  }

  /// What is long has no more of it at a time: the next test.
  @Test func windowsOf30SecondsFitIn32MB() throws {
    let folder = try TemporaryFolder()
    let input = StreamText.whole(
      ["mix": Sounds.noise(frames: 100 * 44_100, channels: 2)], channels: 2, rate: 44_100)
    let outcomes = try Pipeline([
      Self.segment(["--length", "30", "--overlap", "2"]),
      Command("ap-xfade").recordingPeakMemory(in: folder.file("peak")),
    ]).run(.bytes(input))
    #expect(outcomes.map(\.status) == [0, 0])
    #expect(try folder.number(in: "peak") < 32_000_000)
  }

  @Test(arguments: [
    ["--length", "2", "--overlap", "0.5"], ["--min-length", "1", "--max-length", "2"],
  ])
  func memoryDoesNotGrowWithTheSound(options: [String]) throws {
    func peaks(seconds: Int) throws -> [Int] {
      let input = StreamText.whole(
        ["mix": Sounds.sine(frames: seconds * 8_000, rate: 8_000)], rate: 8_000, isCounted: false)
      let folder = try TemporaryFolder()
      let outcomes = try Pipeline([
        Self.segment(options).recordingPeakMemory(in: folder.file("segment")),
        Command("ap-xfade").recordingPeakMemory(in: folder.file("xfade")),
      ]).run(.bytes(input))
      #expect(outcomes.map(\.status) == [0, 0])
      return [try folder.number(in: "segment"), try folder.number(in: "xfade")]
    }
    let short = try peaks(seconds: 10)
    let long = try peaks(seconds: 300)
    for (short, long) in zip(short, long) { #expect(long < short + 2 << 20) }
  }
}
