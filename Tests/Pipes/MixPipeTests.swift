import APCore
import TestSupport
import Testing

/// `ap-mix` in real pipes.
@Suite struct MixPipeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private static let stems = [
    "bass": Sounds.noise(frames: 90_000, channels: 2, seed: 1),
    "drums": Sounds.noise(frames: 90_000, channels: 2, seed: 2),
    "vocals": Sounds.noise(frames: 90_000, channels: 2, seed: 3),
  ]

  private static func mix(_ words: String...) -> Command { mix(words) }

  private static func mix(_ words: [String]) -> Command {
    var command = Command("ap-mix")
    command.arguments = words
    return command
  }

  private static func stem(_ name: String) -> [Float] { stems[name] ?? [] }

  @Test func tracksAreMadeOfOthers() throws {
    let input = StreamText.whole(Self.stems, channels: 2, more: #","new":[1]"#)
    let outcome = try Self.mix(
      "karaoke=drums+bass", "quiet=0.5*vocals", "same=vocals", "rest=vocals - bass+-2*drums"
    ).run(.bytes(input))
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.tracks.map(\.name) == ["karaoke", "quiet", "same", "rest"])
    #expect(stream.header.frames == 90_000)
    #expect(stream.header.extra["new"] == [1])
    #expect(stream.header.history.last?.tool == "ap-mix")
    #expect(stream.header.history.last?.options["tracks"]?.array?.count == 4)
    let (drums, bass, vocals) = (Self.stem("drums"), Self.stem("bass"), Self.stem("vocals"))
    #expect(stream.samples("karaoke") == zip(drums, bass).map { $0 + $1 })
    #expect(stream.samples("quiet") == vocals.map { 0.5 * $0 })
    #expect(stream.samples("same").map(\.bitPattern) == vocals.map(\.bitPattern))
    let rest = vocals.indices.map {
      Float(Double(vocals[$0]) - Double(bass[$0]) - 2 * Double(drums[$0]))
    }
    #expect(stream.samples("rest").elementsEqual(rest) { abs($0 - $1) < 1e-6 })
  }

  @Test func theStreamsOwnTracksAreKeptWhenAsked() throws {
    let input = StreamText.whole(Self.stems, channels: 2)
    let outcome = try Self.mix("--keep", "all=drums+bass+vocals").run(.bytes(input))
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.tracks.map(\.name) == ["bass", "drums", "vocals", "all"])
    for (name, samples) in Self.stems { #expect(stream.samples(name) == samples) }
    let clash = try Self.mix("--keep", "drums=bass").run(.bytes(input))
    #expect(clash.status == 64)
    #expect(clash.errors.contains("Two tracks would be called \"drums\""))
    #expect(try Self.mix("drums=bass").run(.bytes(input)).status == 0)
  }

  /// Tracks one after the other, with sound that is left out: in the sum it is silence, or left out too.
  @Test func tracksMayComeInAnyOrder() throws {
    var text = StreamText(rate: 1_000, frames: 9_000, tracks: ["a", "b", "c"])
    text.line(#"{"bytes":3,"type":"note"}"#)
    text.bytes += [0x0a, 0x7b, 0x00]
    text.audio([1, 2, 3], offset: 10, track: "a")
    text.audio([4], offset: 5_000, track: "a")
    text.audio([9], offset: 0, track: "c")
    text.audio([10, 20, 30], offset: 12, track: "b")
    text.end(records: 5, frames: ["a": 4, "b": 3, "c": 1])
    let stream = try ReadStream(try Self.mix("x=a+2*b").run(.bytes(text.bytes)).output)
    #expect(stream.audio("x").map(\.offset) == [10, 12, 13, 5_000])
    #expect(stream.audio("x").map(\.samples) == [[1, 2], [23], [40, 60], [4]])
    #expect(stream.end.frames == ["x": 6])
    #expect(stream.records.count == 5)
    let empty = try ReadStream(
      try Self.mix("x=a").run(.bytes(StreamText.whole(["a": []]))).output)
    #expect(empty.end.frames == ["x": 0])
  }

  @Test(
    arguments: [
      ([], "Say what to make"), (["vocals"], "not of the form NAME=SUM"),
      (["x=kazoo"], "no track \"kazoo\". It has: bass, drums, vocals"),
      (["x=drums-vocals"], "needs a space before it, and the argument quotes: drums - vocals."),
      (["x=0.5vocals"], "The number comes first, with * after it: write 0.5*vocals."),
      (["x=vocals*0.5"], "The number comes first, with * after it: write 0.5*vocals."),
      (["x=bass", "x=drums"], "Two tracks would be called \"x\""),
      (["x=bass+"], "is neither a track nor"),
      (["--by", "spectrum", "x=bass"], "--by needs --average"),
      (["--average"], "Name two or more streams"), (["--average", "-"], "Name two or more"),
      (["--average", "-", "-"], "Name two or more"), (["--keep", "--median", "-", "a"], "--keep"),
      (["--average", "--median", "-", "a"], "--median"),
    ] as [([String], String)])
  func usageIsExplained(words: [String], mention: String) throws {
    let outcome = try Self.mix(words).run(.bytes(StreamText.whole(Self.stems, channels: 2)))
    #expect(outcome.status == 64)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(mention), "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  @Test func windowsAreSentToBeJoined() throws {
    let outcome = try Self.mix("x=mix").run(.bytes(Filters.input(for: "ap-xfade")))
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("Put ap-xfade before ap-mix"))
  }

  /// One track waits for another that comes after all of it.
  @Test func memoryDoesNotGrowWithTheSound() throws {
    func peak(seconds: Int) throws -> Int {
      var text = StreamText(rate: 44_100, tracks: ["a", "b"])
      let second = Sounds.noise(frames: 44_100)
      for track in ["a", "b"] {
        for index in 0..<seconds { text.audio(second, offset: index * 44_100, track: track) }
      }
      let frames = seconds * 44_100
      text.end(records: 2 * seconds, frames: ["a": frames, "b": frames])
      let outcome = try Pipeline(
        [Self.mix("x=a+b").recordingPeakMemory(in: folder.file("peak"))], outputFile: "/dev/null"
      ).run(.bytes(text.bytes))[0]
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try folder.number(in: "peak")
    }
    let short = try peak(seconds: 10)
    #expect(try peak(seconds: 120) < short + 4 << 20)
  }
}

/// Several streams made one.
extension MixPipeTests {
  /// Writes streams of noise with these seeds, a track each in this order.
  private func streams(
    seeds: [UInt64], tracks: [[String]]? = nil, frames: Int = 90_000, isCounted: Bool = true
  ) throws -> [String] {
    try seeds.enumerated().map { index, seed in
      let names = tracks?[index] ?? ["a", "b"]
      var text = StreamText(channels: 2, frames: isCounted ? frames : nil, tracks: names)
      var records = 0
      for start in stride(from: 0, to: frames, by: 5_000 + 700 * index) {
        let end = min(frames, start + 5_000 + 700 * index)
        for name in names {
          let samples = Self.sound(name, seed, frames: frames)
          text.audio(samples[2 * start..<2 * end], channels: 2, offset: start, track: name)
          records += 1
        }
      }
      text.end(
        records: records, frames: Dictionary(uniqueKeysWithValues: names.map { ($0, frames) }))
      return try folder.write(text.bytes, to: "stream-\(seed)")
    }
  }

  private static func sound(_ track: String, _ seed: UInt64, frames: Int) -> [Float] {
    Sounds.noise(frames: frames, channels: 2, seed: seed * 100 + UInt64(track.utf8.first ?? 0))
  }

  private static let statistics: [(option: String, of: @Sendable ([Float]) -> Float)] = [
    ("--average", { Float($0.map(Double.init).reduce(0, +) / Double($0.count)) }),
    ("--median", { $0.sorted()[$0.count / 2] }),
    ("--minimum", { $0.min { abs($0) < abs($1) } ?? 0 }),
    ("--maximum", { $0.max { abs($0) < abs($1) } ?? 0 }),
  ]

  @Test(arguments: 0..<4, [true, false])
  func streamsAreCombined(number: Int, isCounted: Bool) throws {
    let (option, statistic) = Self.statistics[number]
    let paths = try streams(
      seeds: [1, 2, 3], tracks: [["b", "a"], ["a", "b"], ["a", "b"]], isCounted: isCounted)
    let outcome = try Self.mix([option] + paths).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.tracks.map(\.name) == ["b", "a"])
    #expect(stream.header.frames == (isCounted ? 90_000 : nil))
    for track in ["a", "b"] {
      let sounds = [1, 2, 3].map { Self.sound(track, $0, frames: 90_000) }
      let expected = sounds[0].indices.map { index in statistic(sounds.map { $0[index] }) }
      #expect(stream.samples(track) == expected)
    }
  }

  @Test(arguments: ["--average", "--median", "--minimum", "--maximum"], ["samples", "spectrum"])
  func whatIsTheSameStaysTheSame(option: String, domain: String) throws {
    let path = try streams(seeds: [7], frames: 20_000)[0]
    let outcome = try Self.mix(option, "--by", domain, path, "-").run(.file(path))
    let stream = try ReadStream(outcome.output)
    for track in ["a", "b"] {
      let expected = Self.sound(track, 7, frames: 20_000)
      #expect(stream.samples(track).elementsEqual(expected) { abs($0 - $1) < 1e-5 })
    }
    #expect(stream.header.history.last?.options["by"] == .string(domain))
  }

  /// As a user would do it, with pipes of the shell.
  @Test func modelsAreAveraged() throws {
    _ = try folder.write(DemucsPipeTests.input(frames: 120_000), to: "song")
    let script = """
      set -o pipefail; cd "$0"; PATH="$1:$PATH"
      ap-demucs -m "$2" --shifts 1 --seed 1 <song >1 && ap-demucs -m "$2" --shifts 1 --seed 2 <song >2
      ap-mix --average <(ap-demucs -m "$2" --shifts 1 --seed 1 <song) \\
        <(ap-demucs -m "$2" --shifts 1 --seed 2 <song) >both
      """
    let outcome = try Command.tool(
      "bash", "-c", script, folder.path, Command.products, DemucsPipeTests.model
    ).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let streams = try ["1", "2", "both"].map { try ReadStream(Files.read(folder.file($0))) }
    for stem in DemucsPipeTests.stems {
      let samples = streams.map { $0.samples(stem) }
      let mean = zip(samples[0], samples[1]).map { Float((Double($0) + Double($1)) / 2) }
      #expect(samples[0] != samples[1])
      #expect(samples[2] == mean)
    }
    #expect(streams[2].header.tracks.map(\.name) == DemucsPipeTests.stems)
    let others = streams[2].header.history.last?.options["others"]?.array
    #expect(others?.first?["history"]?.array?.last?["options"]?["seed"] == 2)
  }

  /// What `ap-cache` tells streams apart by.
  @Test func theHeaderSaysWhatAllStreamsWere() throws {
    func header(_ origins: [String]) throws -> StreamHeader {
      let paths = try origins.enumerated().map { index, origin in
        try folder.write(StreamText.whole(["mix": [1, 2]], more: origin), to: "\(index)")
      }
      let outcome = try Self.mix(["--average"] + paths).run()
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try ReadStream(outcome.output).header
    }
    let first = Cached.origin("a.wav", sha256: "aa")
    let headers = try ["bb", "cc"].map { sha256 in
      try header([first, Cached.origin("b.wav", sha256: sha256)])
    }
    #expect(headers.map(\.source?.sha256) == ["aa", "aa"])
    #expect(
      headers.map { $0.history.last?.options["others"]?.array?.first?["sha256"] } == ["bb", "cc"])
    #expect(headers[0].history.last != headers[1].history.last)

    let silent = [
      "", #","source":{"file":"b.wav","sha256":"bb"}"#,
      #","history":[{"options":{},"tool":"ap-decode","version":"0"}]"#,
    ]
    for origin in silent {
      for origins in [[first, origin], [first, first, origin], [origin, first]] {
        let made = try header(origins)
        #expect(made.source?.sha256 == nil, "\(origins)")
        #expect(made.history.last?.options["others"]?.array?.count == origins.count - 1)
      }
    }
  }

  /// Filters that get their input from one tee: who is not needed yet must be read all the same.
  @Test(.timeLimit(.minutes(1))) func oneSourceForAllDoesNotBlock() throws {
    let frames = 2_000_000
    let sound = Sounds.noise(frames: frames)
    _ = try folder.write(StreamText.whole(["mix": sound]), to: "song")
    // One of them keeps forty seconds to itself before it gives the first.
    let script = """
      set -o pipefail; cd "$0"; PATH="$1:$PATH"; mkfifo fifo
      tee fifo <song | ap-segment --length 40 --overlap 0 | ap-xfade \\
        | ap-mix --average <(ap-segment --length 1 --overlap 0 <fifo | ap-xfade) - >both
      """
    let outcome = try Command.tool("bash", "-c", script, folder.path, Command.products).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try ReadStream(Files.read(folder.file("both"))).samples("mix") == sound)
  }

  @Test(
    arguments: [
      (
        #""channels":1,"encoding":"f32le","frames":5,"layout":"contiguous","rate":44100"#,
        "1 channel"
      ),
      (
        #""channels":2,"encoding":"f32le","frames":5,"layout":"contiguous","rate":48000"#,
        "48000 Hz"
      ),
      (
        #""channels":2,"encoding":"f32le","frames":6,"layout":"contiguous","rate":44100"#,
        "6 frames"
      ),
      (
        #""channels":2,"encoding":"f32le","layout":"windowed","rate":44100,"window":{"fade":"linear","length":4,"overlap":2}"#,
        "is cut into windows"
      ),
    ] as [(String, String)])
  func streamsThatDoNotMatchAreSaid(members: String, words: String) throws {
    let first = try folder.write(
      StreamText.whole(["mix": Sounds.noise(frames: 5, channels: 2)], channels: 2), to: "first")
    var text = StreamText(header: "\(members),\"tracks\":[{\"name\":\"mix\"}],\"type\":\"stream\"")
    text.end(records: 0, frames: ["mix": 0])
    let second = try folder.write(text.bytes, to: "second")
    let outcome = try Self.mix("--average", first, second).run()
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(second), "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  @Test func otherTracksOrAnotherLengthAreSaid() throws {
    let paths = try streams(seeds: [1], frames: 1_000, isCounted: false)
    let tracks = try folder.write(StreamText.whole(["a": [1, 2]], channels: 2), to: "tracks")
    let other = try Self.mix("--median", paths[0], tracks).run()
    #expect(other.status == 65)
    #expect(other.errors.contains("has the tracks a, "), "\(other.errors)")
    let longer = try folder.write(
      StreamText.whole(
        [
          "a": Sounds.noise(frames: 1_001, channels: 2),
          "b": Sounds.noise(frames: 1_001, channels: 2),
        ],
        channels: 2), to: "longer")
    let outcome = try Self.mix("--median", paths[0], longer).run()
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("has 1001 frames, that of"), "\(outcome.errors)")
    #expect(throws: (any Error).self) { try ReadStream(outcome.output) }
  }

  @Test func failuresAreThoseOfTheStreams() throws {
    let path = try streams(seeds: [1], frames: 1_000)[0]
    let missing = try Self.mix("--average", path, folder.file("none")).run()
    #expect(missing.status == 66)
    #expect(missing.errors.contains("Cannot open"))
    let cut = try folder.write(Array(try Files.read(path).dropLast(50)), to: "cut")
    let damaged = try Self.mix("--average", path, cut).run()
    #expect(damaged.status == 65)
    #expect(damaged.errors.contains("\(cut): The input was cut"), "\(damaged.errors)")
    var text = StreamText(channels: 2, tracks: ["a", "b"])
    text.line(#"{"exit":74,"message":"Full.","tool":"ap-first","type":"abort"}"#)
    let failed = try folder.write(text.bytes, to: "failed")
    let aborted = try Self.mix("--average", path, failed).run()
    #expect(aborted.status == 74)
    #expect(aborted.errors == "ap-mix: ap-first failed: Full.\n")
    // In a pipe that filter has said it itself.
    let piped = try Command.tool(
      "bash", "-c", #""$1/ap-mix" --average "$2" <(cat "$3")"#, "bash", Command.products, path,
      failed
    ).run()
    #expect(piped.status == 74)
    #expect(piped.errors == "")
    #expect(aborted.text.split(separator: "\n").last?.contains(#""tool":"ap-first""#) == true)
    #expect(throws: (any Error).self) { try ReadStream(aborted.output) }
  }
}
