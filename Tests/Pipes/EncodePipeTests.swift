import APCore
import TestSupport
import Testing

/// `ap-encode` in real pipes.
@Suite struct EncodePipeTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func encode(
    _ options: [String], _ output: String, _ input: [UInt8]
  ) throws -> Outcome {
    var command = Command("ap-encode")
    command.arguments = options + ["-o", folder.file(output)]
    return try command.run(.bytes(input))
  }

  private func samples(_ name: String) throws -> [Float] { try folder.samples(name) }

  /// Samples that `bits` hold exactly.
  static func steps(_ count: Int, channels: Int, bits: Int, seed: UInt64 = 1) -> [Float] {
    let scale = Float(1 << (bits - 1))
    return Sounds.noise(frames: count, channels: channels, seed: seed).map {
      ($0 * scale).rounded(.down) / scale
    }
  }

  @Test(
    arguments: [
      ("16", "a.wav"), ("24", "a.wav"), ("f32", "a.wav"), ("16", "a.flac"), ("24", "a.flac"),
      ("16", "a.aiff"), ("24", "a.aif"),
    ], [(1, 1), (1_000, 6), (70_001, 2)])
  func whatGoesInComesOut(format: (String, String), shape: (Int, Int)) throws {
    let bits = Int(format.0) ?? 24
    let input = Self.steps(shape.0, channels: shape.1, bits: bits)
    let stream = StreamText.whole(
      ["mix": input], channels: shape.1, rate: 48_000, isCounted: shape.0 != 1_000)
    let outcome = try encode(["--bits", format.0], format.1, stream)
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    #expect(try folder.list() == [format.1])
    #expect(try samples(format.1) == input)
  }

  /// What is asked for in turn, of four tracks: none beside the thread that reads, one, two, and one for each.
  @Test func noMoreThreadsAreUsedThanAllowed() throws {
    let tracks = ["a", "b", "c", "d"].map { ($0, Sounds.noise(frames: 40_000)) }
    let stream = StreamText.whole(Dictionary(uniqueKeysWithValues: tracks))
    _ = try folder.write(stream, to: "stream")
    let script = """
      cd "$0"; mkfifo in
      for threads in 1 2 3 9; do
        "$1" --quiet --force --threads $threads -o '{track}.wav' <in & encoder=$!
        exec 3>in
        head -c 100000 stream >&3
        for try in $(seq 200); do [ "$(ls | grep -c ap-part)" = 4 ] && break; sleep 0.01; done
        sleep 0.3
        ls /proc/$encoder/task | wc -l
        tail -c +100001 stream >&3; exec 3>&-
        wait $encoder || exit
      done
      """
    let outcome = try Command.tool(
      "bash", "-c", script, folder.path, "\(Command.products)/ap-encode"
    ).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let counts = outcome.text.split(separator: "\n").compactMap { Int($0) }
    #expect(counts.map { $0 - (counts.first ?? 0) } == [0, 1, 2, 4])
  }

  @Test(arguments: ["16", "24"])
  func aWaveFileComesBackBitForBit(bits: String) throws {
    let made = try Command.tool(
      "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=2:r=44100:seed=1", "-ac", "2",
      "-c:a", bits == "16" ? "pcm_s16le" : "pcm_s24le", folder.file("in.wav")
    ).run()
    #expect(made.status == 0)
    let outcomes = try Pipeline([
      Command("ap-decode", folder.file("in.wav")),
      Command("ap-encode", "--bits", bits, "-o", folder.file("out.wav")),
    ]).run()
    #expect(outcomes.map(\.status) == [0, 0])
    #expect(try samples("out.wav") == samples("in.wav"))
  }

  @Test func everyTrackGetsItsFile() throws {
    let tracks = [
      "drums": Sounds.noise(frames: 9_000, seed: 1),
      "vocals.2": Sounds.noise(frames: 9_000, seed: 2),
    ]
    let input = StreamText.whole(tracks, more: #","source":{"file":"../My Song.final.mp3"}"#)
    let outcome = try encode([], "deep/{source}/{index}-{track}.wav", input)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try samples("deep/My Song.final/1-drums.wav") == tracks["drums"])
    #expect(try samples("deep/My Song.final/2-vocals.2.wav") == tracks["vocals.2"])

    #expect(try encode(["--tracks", " Vocals.2"], "only-{track}.wav", input).status == 0)
    #expect(try folder.list() == ["deep", "only-vocals.2.wav"])
  }

  @Test func namesLeadToNoOtherFolder() throws {
    let input = StreamText.whole(
      ["..": [0.5]], more: #","source":{"file":"/etc/..\u0000/...x\u001b[1m\n.mp3"}"#)
    #expect(try encode([], "in/{source}/{track}/{track}.wav", input).status == 0)
    let found = try Command.tool("find", folder.path, "-type", "f").run().text
    #expect(found.hasPrefix("\(folder.path)/in/x_[1m_/_/_.wav"))
    #expect(try encode([], "{source}-{track}.wav", StreamText.whole(["mix": [0.5]])).status == 0)
    #expect(try folder.list() == ["audio-mix.wav", "in"])
  }

  @Test func gapsAndShortTracksAreSilence() throws {
    var text = StreamText(frames: 1_000, tracks: ["a", "b", "none"])
    text.audio([0.5, 0.25], offset: 10, track: "a")
    text.audio([-0.5], offset: 900, track: "a")
    text.audio([1], track: "b")
    text.end(records: 3, frames: ["a": 3, "b": 1, "none": 0])
    #expect(try encode([], "{track}.wav", text.bytes).status == 0)
    var expected = [Float](repeating: 0, count: 1_000)
    expected.replaceSubrange(10..<12, with: [0.5, 0.25])
    expected[900] = -0.5
    #expect(try samples("a.wav") == expected)
    #expect(try samples("b.wav") == [1] + [Float](repeating: 0, count: 999))
    #expect(try samples("none.wav") == [Float](repeating: 0, count: 1_000))
  }

  @Test func clippingIsCountedAndAvoidedOnDemand() throws {
    let tracks: [String: [Float]] = ["a": [0, 1.5, -2, 0.5], "b": [0.25, -0.25, 0.5, 0]]
    let input = StreamText.whole(tracks)
    #expect(try encode([], "{track}-plain.wav", input).errors == "")
    #expect(try samples("a-plain.wav") == tracks["a"])

    let clipped = try encode(["--bits", "16"], "{track}-16.wav", input)
    #expect(clipped.status == 0)
    #expect(clipped.errorLines.count == 1)
    #expect(clipped.errors.contains("a-16.wav: 2 samples were beyond full scale"))
    #expect(try samples("a-16.wav") == [0, 32_767 / 32_768, -1, 0.5])

    let clamped = try encode(["--clip", "clamp"], "{track}-clamp.wav", input)
    #expect(clamped.errors.contains("2 samples"))
    #expect(try samples("a-clamp.wav") == [0, 1, -1, 0.5])

    #expect(try encode(["--clip", "gain"], "{track}-gain.wav", input).errors.contains("0.5"))
    #expect(try samples("a-gain.wav") == [0, 0.75, -1, 0.25])
    #expect(try samples("b-gain.wav") == [0.125, -0.125, 0.25, 0])
    let integers = try encode(["--clip", "gain", "--bits", "16"], "{track}-g16.wav", input)
    #expect(!integers.errors.contains("clipped"))
    let quiet = StreamText.whole(["a": [0.5, -0.25]])
    #expect(try encode(["--clip", "gain"], "quiet.wav", quiet).errors == "")
    #expect(try samples("quiet.wav") == [0.5, -0.25])
    let odd = try encode(["--bits", "16"], "odd.wav", StreamText.whole(["a": [.nan, .infinity]]))
    #expect(odd.errors.contains("2 samples"))
    #expect(try samples("odd.wav") == [0, 32_767 / 32_768])
  }

  @Test func ditherIsTriangularAndTheSameEachTime() throws {
    let input = StreamText.whole(["a": [Float](repeating: 0.25 / 32_768, count: 40_000)])
    #expect(try encode(["--bits", "16", "--dither"], "1.wav", input).status == 0)
    #expect(try encode(["--bits", "16", "--dither"], "2.wav", input).status == 0)
    #expect(try Files.read(folder.file("1.wav")) == Files.read(folder.file("2.wav")))
    let steps = try samples("1.wav").map { Double($0) * 32_768 }
    let mean = steps.reduce(0, +) / 40_000
    let variance = steps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
    // Triangular dither makes the mean right, and the power of the error 1/4 whatever the signal.
    #expect(abs(mean - 0.25) < 0.02)
    #expect(abs(variance - 0.25) < 0.02)
    #expect(Set(steps).isSubset(of: [-1, 0, 1]))
  }

  @Test(arguments: ["wav", "flac", "ogg", "mp3", "opus", "aiff", "m4a"], [true, false])
  func theSameStreamGivesTheSameFile(format: String, isCounted: Bool) throws {
    let said = [
      "title": "Täg und Nächt · 夜", "artist": "Me", "album": "It", "date": "1999", "genre": "Jäzz",
      "track": "3/9", "comment": "Ünder öne minute",
    ]
    // What only some formats have a place for, and what files of these are called by libavformat.
    let more = [
      "albumartist": "We", "composer": "She", "discnumber": "1/2", "bpm": "127.6",
      "initialkey": "Am",
      "isrc": "GBAYE6300101", "label": "Ours",
    ]
    let places = [
      "album_artist": "We", "composer": "She", "disc": "1/2", "tbpm": "127.6", "tkey": "Am",
      "tsrc": "GBAYE6300101", "publisher": "Ours",
    ]
    let all = said.merging(more) { $1 }.merging(["encoder": "no"]) { $1 }
    let tags = JSONValue.object(all.mapValues { .string($0) })
    let sine = Sounds.sine(frames: 50_000, channels: 2, rate: 48_000)
    let input = StreamText.whole(
      ["mix": sine], channels: 2, rate: 48_000, isCounted: isCounted,
      more: #","source":{"tags":\#(String(decoding: tags.serialized(), as: UTF8.self))}"#)
    #expect(try encode([], "1.\(format)", input).status == 0)
    // Some formats would hold the time of day.
    _ = try Command.tool("sleep", "1.1").run()
    #expect(try encode([], "2.\(format)", input).status == 0)
    #expect(try Files.read(folder.file("1.\(format)")) == Files.read(folder.file("2.\(format)")))

    let stream = try ReadStream(Command("ap-decode", folder.file("1.\(format)")).run().output)
    #expect(stream.header.frames == 50_000)
    let heard = stream.header.source?.tags ?? [:]
    // AIFF has no place for the others, and libavformat calls the artist its author.
    let kept =
      format == "aiff" ? said.filter { ["title", "comment"].contains($0.key) } : said
    #expect(heard.filter { said.keys.contains($0.key) } == kept)
    let held: Set =
      switch format {
      case "mp3": Set(places.keys)
      case "m4a": ["album_artist", "composer", "disc"]
      default: []
      }
    #expect(
      heard.filter { places.keys.contains($0.key) } == places.filter { held.contains($0.key) })
    if format == "m4a" {
      // A number of 16 bits, which libavformat writes and does not read.
      let tempo =
        Array("tmpo".utf8) + [0, 0, 0, 0x12] + Array("data".utf8) + [
          0, 0, 0, 0x15, 0, 0, 0, 0, 0, 128,
        ]
      #expect(try Files.read(folder.file("1.m4a")).contains(tempo))
    }
    let error =
      zip(stream.samples("mix"), sine)
      .dropFirst(4_000).dropLast(4_000).map { abs($0 - $1) }.max() ?? 1
    #expect(error < 0.02)
  }

  @Test func theRateIsConverted() throws {
    let input = StreamText.whole(["mix": Sounds.sine(frames: 44_101)])
    #expect(try encode(["--rate", "48000"], "a.wav", input).status == 0)
    let output = try samples("a.wav")
    #expect(output.count == 48_002)
    let ideal = Sounds.sine(frames: 48_002, rate: 48_000)
    #expect(zip(output, ideal).dropFirst(200).dropLast(200).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test(
    arguments: [
      (["--bitrate", "200"], "a.mp3", 64, "MP3 has no bit rate of 200 kbit/s. It has 32, 40"),
      (
        ["--bitrate", "257"], "a.opus", 64,
        "Opus has no bit rate of 257 kbit/s for 1 channel at 48000 Hz. It has 6 to 256."
      ),
      (["--bitrate", "128"], "a.flac", 64, "--bitrate does not apply to flac"),
      (["--bitrate", "x"], "a.mp3", 64, "such as 192"),
      (["--bitrate", "0"], "a.mp3", 64, "such as"),
      (["--bits", "24"], "a.opus", 64, "--bits does not apply"),
      (["--rate", "44100"], "a.opus", 64, "opus cannot have a rate of 44100 Hz, only 8000"),
      (["--rate", "65537", "--tracks", "a"], "a.flac", 64, "only 1...65535 and multiples of 10"),
      (
        ["--rate", "22050", "--bitrate", "64", "--tracks", "a"], "a.mp3", 64, "of 32000 Hz or more"
      ),
      (["--rate", "source", "--tracks", "a"], "a.wav", 64, "does not say the rate of its source"),
      (["--rate", "fast"], "a.wav", 64, "It must be source, or a number"),
      (["--bits", "f32"], "a.flac", 64, "FLAC cannot hold float"),
      (["--bits", "f32"], "a.aiff", 64, "AIFF cannot hold float"),
      (["--bits", "16"], "a.mp3", 64, "--bits does not apply"), ([], "a", 64, "--format"),
      ([], "{nonsense}.wav", 64, "{nonsense}"), ([], "{track.wav", 64, "without a }"),
      (["--dither"], "a.wav", 64, "--dither"), ([], "a.wav", 64, "would both be"),
      (["--tracks", "c"], "a.wav", 64, "It has: a, b"),
      (["--tracks", ","], "a.wav", 64, "--tracks"),
      (["--tracks", "a", "--rate", "96000"], "a.mp3", 64, "--rate"),
      (["--tracks", "a"], "there.wav", 73, "--force"),
      (["--tracks", "a"], "there.wav/a.wav", 73, "Cannot create the folder"),
      (["--tracks", "a", "--format", "wav"], "", 64, "does not name a file"),
      (
        ["--tracks", "a", "--format", "wav", "--force"], "../../dev/null", 73, "not a regular file"
      ),
    ] as [([String], String, Int32, String)])
  func whatCannotBeIsOneLineAndNoFile(
    options: [String], output: String, status: Int32, words: String
  ) throws {
    _ = try folder.write([1], to: "there.wav")
    let outcome = try encode(options, output, StreamText.whole(["a": [0.5], "b": [0.25]]))
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(try folder.list() == ["there.wav"])
    #expect(try Files.read(folder.file("there.wav")) == [1])
  }

  @Test(arguments: [
    ("flac", "c.wav", true), ("mp3", "c.stem.mp4", true), ("wav", "c.flac", true),
    ("ogg", "c.opus", true), ("wav", "c.m4a", true), ("flac", "c.flac", false),
    ("aiff", "c.aif", false), ("alac", "c.m4a", false), ("opus", "c.ogg", false),
    ("wav", "c.xyz", false),
  ])
  func aNameThatBeliesTheFormatIsSaid(format: String, name: String, isOther: Bool) throws {
    let input = StreamText.whole(["a": Sounds.noise(frames: 9_600)], rate: 48_000)
    let outcome = try encode(["--format", format], name, input)
    #expect(outcome.status == 0)
    let warning =
      "ap-encode: warning: \(folder.file(name)) will hold \(format): its name says otherwise.\n"
    #expect(outcome.errors == (isOther ? warning : ""))
    #expect(try folder.list() == [name])
  }

  @Test func forceReplaces() throws {
    _ = try folder.write([1], to: "a.wav")
    #expect(try encode(["--force"], "a.wav", StreamText.whole(["a": [0.5]])).status == 0)
    #expect(try samples("a.wav") == [0.5])
    #expect(try folder.list() == ["a.wav"])
  }

  @Test(
    arguments: [
      ("cut", 65, "The input was cut"), ("abort", 74, ""),
      ("empty", 65, "The input is empty"), ("windows", 65, "Put ap-xfade before"),
    ] as [(String, Int32, String)])
  func aStreamThatIsNotWholeLeavesNothing(kind: String, status: Int32, words: String) throws {
    var text = StreamText(tracks: ["a", "b"])
    text.audio(Sounds.noise(frames: 50_000), track: "a")
    switch kind {
    case "abort":
      text.line(#"{"exit":74,"message":"out of luck","tool":"ap-demucs","type":"abort"}"#)
    case "empty": text.bytes = []
    case "windows": text.bytes = Filters.input(for: "ap-xfade")
    default: break
    }
    _ = try folder.write([1], to: "a.wav")
    let outcome = try encode(["--force"], "{track}.wav", text.bytes)
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == (words.isEmpty ? 0 : 1), "\(outcome.errors)")
    #expect(words.isEmpty || outcome.errors.contains(words), "\(outcome.errors)")
    #expect(try folder.list() == ["a.wav"])
    #expect(try Files.read(folder.file("a.wav")) == [1])
  }

  @Test(arguments: ["16", "24", "f32"], [true, false])
  func standardOutputIsAWaveFile(bits: String, isCounted: Bool) throws {
    let input = Self.steps(5_001, channels: 1, bits: Int(bits) ?? 24)
    let stream = StreamText.whole(["mix": input], isCounted: isCounted)
    let outcome = try Command("ap-encode", "-o", "-", "--bits", bits).run(.bytes(stream))
    #expect(outcome.status == 0, "\(outcome.errors)")
    _ = try folder.write(outcome.output, to: "a.wav")
    #expect(try samples("a.wav") == input)
    let sizes = try Pipeline([
      Command("ap-encode", "-o", "-", "--bits", bits), Command("ap-decode", "-"),
    ]).run(.bytes(stream))
    #expect(try ReadStream(sizes[1].output).samples("mix") == input)
    let size = outcome.output[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(size == (isCounted ? outcome.output.count - 8 : 0xffff_ffff))
  }

  @Test func standardOutputTakesOneTrackAndNoTerminal() throws {
    let two = StreamText.whole(["a": [0.5], "b": [0.25]])
    let outcome = try Command("ap-encode", "-o", "-").run(.bytes(two))
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("--tracks"))
    #expect(outcome.output == [])
    #expect(try Command("ap-encode", "-o", "-", "--tracks", "b").run(.bytes(two)).status == 0)
    let terminal = Filters.python(
      "terminal.py", ["stdout", "\(Command.products)/ap-encode", "-o", "-"])
    #expect(try terminal.run(.bytes(two)).errors.contains("is a terminal"))
    let full = try Pipeline(
      [Command("ap-encode", "-o", "-", "--tracks", "b")], outputFile: "/dev/full"
    ).run(.bytes(two))[0]
    #expect(full.status == 74)
  }

  /// What goes to a pipe is the file, byte for byte.
  @Test(arguments: ["flac", "ogg", "opus", "mp3", "aiff", "aac", "alac"], [true, false])
  func standardOutputTakesEveryFormat(format: String, isCounted: Bool) throws {
    let stream = StreamText.whole(
      ["mix": Sounds.sine(frames: 70_000, channels: 2)], channels: 2, isCounted: isCounted,
      more: #","source":{"tags":{"title":"Ä"}}"#)
    let file = try encode(["--format", format], "a.\(format)", stream)
    #expect(file.status == 0)
    let piped = try Command("ap-encode", "-o", "-", "--format", format).run(.bytes(stream))
    #expect(piped.status == 0, "\(piped.errors)")
    #expect(piped.errors == "")
    #expect(try piped.output == Files.read(folder.file("a.\(format)")))
    let outcomes = try Pipeline([
      Command("ap-encode", "-o", "-", "--format", format), Command("ap-decode", "-"),
    ]).run(.bytes(stream))
    #expect(outcomes.map(\.status) == [0, 0], "\(outcomes[1].errors)")

    let full = try Pipeline(
      [Command("ap-encode", "-o", "-", "--format", format)], outputFile: "/dev/full"
    ).run(.bytes(stream))[0]
    #expect(full.status == 74)
    let closed = try Pipeline(
      [Command("ap-encode", "-o", "-", "--format", format)], outputLimit: 10
    ).run(.bytes(StreamText.whole(["mix": Sounds.noise(frames: 2_000_000)])))[0]
    #expect(closed.status == 128 + 13)
    #expect(closed.errors == "")
    let cut = try Command("ap-encode", "-o", "-", "--format", format)
      .run(.bytes(Array(stream.dropLast(50))))
    #expect(cut.status == 65)
    #expect(cut.output == [])
  }

  @Test(
    arguments: [
      ("a.mp3", "128", 128), ("a.mp3", "320k", 320), ("a.mp3", "32", 32), ("a.mp3", "224", 224),
      ("a.opus", "48", 48), ("a.opus", "192k", 192),
      ("a.m4a", "96", 96), ("a.m4a", "320k", 320),
    ] as [(String, String, Int)])
  func theBitRateIsFollowed(name: String, bitRate: String, kilobits: Int) throws {
    let noise = Sounds.noise(frames: 441_000, channels: 2).map { 0.2 * $0 }
    let input = StreamText.whole(["mix": noise], channels: 2)
    #expect(try encode(["--bitrate", bitRate], name, input).status == 0)
    let bits = try Files.read(folder.file(name)).count * 8
    let found = Double(bits) / 10_000
    // Opus takes more for noise.
    #expect(abs(found - Double(kilobits)) < 0.2 * Double(kilobits) + 1, "\(found)")
  }

  /// A network has changed the rate; the file's own stands in the stream.
  @Test(arguments: [
    ("a.wav", 96_000, 96_000), ("a.flac", 32_000, 32_000), ("a.opus", 96_000, 48_000),
  ])
  func theRateOfTheSourceComesBack(name: String, source: Int, expected: Int) throws {
    let sound = StreamText.whole(["mix": Sounds.sine(frames: source, rate: source)], rate: source)
    #expect(try encode([], "source.wav", sound).status == 0)
    let outcomes = try Pipeline([
      Command("ap-decode", "--rate", "44100", folder.file("source.wav")),
      Command("ap-encode", "--rate", "source", "-o", folder.file(name)),
    ]).run()
    #expect(outcomes.map(\.status) == [0, 0], "\(outcomes[1].errors)")
    let stream = try ReadStream(Command("ap-decode", folder.file(name)).run().output)
    #expect(stream.header.rate == expected)
    #expect(stream.header.frames == expected)
  }

  /// 44,100 Hz is no rate of Opus.
  @Test func opusIsConverted() throws {
    let input = StreamText.whole(["mix": Sounds.sine(frames: 44_100)])
    #expect(try encode([], "a.opus", input).status == 0)
    let stream = try ReadStream(Command("ap-decode", folder.file("a.opus")).run().output)
    #expect(stream.header.rate == 48_000)
    #expect(stream.header.frames == 48_000)
    let ideal = Sounds.sine(frames: 48_000, rate: 48_000)
    let error =
      zip(stream.samples("mix"), ideal).dropFirst(2_000).dropLast(2_000)
      .map { abs($0 - $1) }.max() ?? 1
    #expect(error < 0.03)
  }

  @Test(arguments: [[], ["--clip", "gain"], ["--bits", "16"]])
  func memoryDoesNotGrowWithTheSound(options: [String]) throws {
    func peak(seconds: Int) throws -> Int {
      let input = StreamText.whole(
        ["mix": Sounds.sine(frames: seconds * 8_000, rate: 8_000)], rate: 8_000)
      var command = Command("ap-encode", "--force", "-o", folder.file("a.wav"))
      command.arguments += options
      let outcome = try command.recordingPeakMemory(in: folder.file("peak")).run(.bytes(input))
      #expect(outcome.status == 0)
      return try folder.number(in: "peak")
    }
    #expect(try peak(seconds: 300) < peak(seconds: 60) + 2 << 20)
  }
}

extension TemporaryFolder {
  /// What ffmpeg reads of one of a file's tracks: another program than the one that wrote it.
  func samples(_ name: String, track: Int = 0) throws -> [Float] {
    let outcome = try Command.tool(
      "ffmpeg", "-v", "error", "-i", file(name), "-map", "0:\(track)", "-f", "f32le", "-c:a",
      "pcm_f32le", "-"
    ).run()
    guard outcome.status == 0, outcome.errors == "" else { throw TestSupportError(outcome.errors) }
    return outcome.output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }
}
