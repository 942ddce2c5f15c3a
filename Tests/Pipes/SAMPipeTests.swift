import APCore
import Glibc
import TestSupport
import Testing

/// `ap-sam` in real pipes, with a small network.
@Suite struct SAMPipeTests {
  static let model = fixture("sam-audio")

  /// With few steps, and without features of earlier runs.
  static func sam(_ options: String...) -> Command {
    var command = Command(
      "ap-sam", "-m", model, "--solver", "euler", "--steps", "2", environment: ["AP_CACHE": "off"])
    command.arguments += options
    return command
  }

  static func input(
    frames: Int, channels: Int = 1, rate: Int = 48_000, isCounted: Bool = true
  ) -> [UInt8] {
    StreamText.whole(
      ["mix": Sounds.noise(frames: frames, channels: channels)], channels: channels, rate: rate,
      isCounted: isCounted)
  }

  /// Windows of 0.4 s that overlap by 0.1.
  static func windows(_ input: [UInt8]) throws -> [UInt8] {
    try Command("ap-segment", "--length", "0.4", "--overlap", "0.1").run(.bytes(input)).output
  }

  static func read(_ outcome: Outcome) throws -> ReadStream {
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    return try ReadStream(outcome.output)
  }

  /// Around frames of the latent, and around what can be reflected.
  @Test(arguments: [0, 1, 960, 961, 1920, 1921, 24_777])
  func everyFrameComesOutInEveryTrack(frames: Int) throws {
    let stream = try Self.read(
      Self.sam("--prompt", "dog barking", "--residual").run(.bytes(Self.input(frames: frames))))
    #expect(stream.header.tracks.map(\.name) == ["dog-barking", "dog-barking.residual"])
    #expect(stream.header.rate == 48_000)
    #expect(stream.header.channels == 1)
    #expect(stream.header.frames == frames)
    for track in stream.header.tracks {
      #expect(stream.samples(track.name).count == frames)
      #expect(stream.samples(track.name).allSatisfy { $0.isFinite })
    }
  }

  @Test func promptsOfAllKindsBecomeTracks() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      Array("\u{FEFF}\u{20}crowd noise \r\n\n808s, low\n".utf8), to: "prompts.txt")
    let stream = try Self.read(
      Self.sam("--prompts-file", file, "--prompt", "Man, speaking!", "--chain-residuals")
        .run(.bytes(Self.input(frames: 2000))))
    let names = ["man-speaking", "crowd-noise", "808s-low", "other"]
    #expect(stream.header.tracks.map(\.name) == names)
    #expect(
      stream.header.tracks.map(\.prompt) == ["Man, speaking!", "crowd noise", "808s, low", nil])
    #expect(stream.end.frames == Dictionary(uniqueKeysWithValues: names.map { ($0, 2000) }))
  }

  @Test func historySaysWhatMadeTheTracks() throws {
    let stream = try Self.read(
      Self.sam("--prompt", "dog", "--span", "-0.1..0.2", "--span", "+0.2..0.3", "--seed", "7")
        .run(.bytes(Self.input(frames: 100))))
    let entry = try #require(stream.header.history.last)
    #expect(entry.tool == "ap-sam")
    #expect(entry.options["prompts"] == ["dog"])
    #expect(entry.options["span"] == [["-0.1..0.2", "+0.2..0.3"]])
    #expect(entry.options["seed"] == 7)
    #expect(entry.options["solver"] == "euler")
    #expect(entry.options["steps"] == 2)
    #expect(entry.options["watermark"] == "on")
    #expect(entry.options["model"]?["name"] == "sam-audio")
    #expect(entry.options["model"]?["weights"]?.string?.hasPrefix("xxh3:") == true)
  }

  @Test func aPromptsSoundDoesNotDependOnOthers() throws {
    let input = Self.input(frames: 5000)
    let both = try Self.read(
      Self.sam("--prompt", "a man speaking", "--prompt", "dog").run(.bytes(input)))
    let one = try Self.read(Self.sam("--prompt", "dog").run(.bytes(input)))
    #expect(both.samples("dog") == one.samples("dog"))
    #expect(both.samples("dog") != both.samples("a-man-speaking"))
  }

  @Test func aChainIsTheResidualSeparatedAgain() throws {
    let input = Self.input(frames: 9000)
    let chain = try Self.read(
      Self.sam("--prompt", "a man speaking", "--prompt", "dog", "--chain-residuals")
        .run(.bytes(input)))
    let first = try Self.read(
      Self.sam("--prompt", "a man speaking", "--residual").run(.bytes(input)))
    let rest = StreamText.whole(["rest": first.samples("a-man-speaking.residual")], rate: 48_000)
    let second = try Self.read(Self.sam("--prompt", "dog", "--residual").run(.bytes(rest)))
    #expect(chain.samples("a-man-speaking") == first.samples("a-man-speaking"))
    #expect(chain.samples("dog") == second.samples("dog"))
    #expect(chain.samples("other") == second.samples("dog.residual"))
  }

  @Test func windowsStayWindowsAndJoin() throws {
    let outcomes = try Pipeline([
      Command("ap-segment", "--length", "0.4", "--overlap", "0.1"),
      Self.sam("--prompt", "dog", "--residual"), Command("ap-xfade"),
    ]).run(.bytes(Self.input(frames: 70_001, channels: 2, rate: 44_100)))
    #expect(outcomes.map(\.status) == [0, 0, 0])
    let stream = try ReadStream(outcomes[2].output)
    #expect(stream.header.frames == 76_192)
    #expect(stream.samples("dog").count == 76_192)
    #expect(stream.samples("dog.residual").count == 76_192)
  }

  /// A run can be split: window w of seed s is the first one of seed s + w.
  @Test(arguments: [0, 1, 2]) func aWindowAloneIsThatOfTheWholeRun(index: Int) throws {
    let windows = try Self.windows(Self.input(frames: 40_000))
    let whole = try Self.read(
      Self.sam("--prompt", "dog", "--seed", "5").run(.bytes(windows)))
    let window = try ReadStream(windows).audio("mix").filter { $0.segment?.index == index }
    let alone = try Self.read(
      Self.sam("--prompt", "dog", "--seed", "\(5 + index)")
        .run(.bytes(StreamText.whole(["mix": window.flatMap(\.samples)], rate: 48_000))))
    let found = whole.audio("dog").filter { $0.segment?.index == index }
    #expect(found.flatMap(\.samples) == alone.samples("dog"))
    #expect(found.first?.offset == window.first?.offset)
    #expect(found.first?.segment == window.first?.segment)
  }

  @Test func seedsDecide() throws {
    let input = Self.input(frames: 2000)
    func samples(_ options: String...) throws -> [Float] {
      var command = Self.sam("--prompt", "dog")
      command.arguments += options
      return try Self.read(command.run(.bytes(input))).samples("dog")
    }
    #expect(try samples() == samples("--seed", "0"))
    #expect(try samples() != samples("--seed", "1"))
    #expect(try samples() != samples("--watermark", "off"))
    // Only 32 bits of a seed count.
    #expect(try samples() == samples("--seed", "4294967296"))
  }

  /// Spans are in the whole track's time: the second window begins at 0.3 s.
  @Test func spansAreShiftedIntoTheirWindows() throws {
    let windows = try Self.windows(Self.input(frames: 33_600))
    let plain = try Self.read(Self.sam("--prompt", "dog").run(.bytes(windows)))
    let spanned = try Self.read(
      Self.sam("--prompt", "dog", "--span", "+0.5..0.6").run(.bytes(windows)))
    func window(_ index: Int, of stream: ReadStream) -> [Float] {
      stream.audio("dog").filter { $0.segment?.index == index }.flatMap(\.samples)
    }
    #expect(window(0, of: plain) == window(0, of: spanned))
    #expect(window(1, of: plain) != window(1, of: spanned))
    let second = try ReadStream(windows).audio("mix").filter { $0.segment?.index == 1 }
    let alone = try Self.read(
      Self.sam("--prompt", "dog", "--seed", "1", "--span", "+0.2..0.3").run(
        .bytes(StreamText.whole(["mix": second.flatMap(\.samples)], rate: 48_000))))
    #expect(window(1, of: spanned) == alone.samples("dog"))
  }

  /// A span tells of the prompt before it, and of no other; one sound can be told by its time alone.
  @Test func aSpanBelongsToThePromptBeforeIt() throws {
    let input = Self.input(frames: 20_000)
    func samples(_ track: String, _ options: String...) throws -> [Float] {
      var command = Self.sam()
      command.arguments += options
      return try Self.read(command.run(.bytes(input))).samples(track)
    }
    let plain = try samples("dog", "--prompt", "dog")
    let spanned = try samples("dog", "--prompt", "dog", "--span=+0.1..0.2")
    #expect(plain != spanned)
    let both = ["--prompt", "dog", "--span", "+0.1..0.2", "--prompt=a man", "--span", "-0.1..0.2"]
    let stream = try Self.read(
      Command(executable: Self.sam().executable, Self.sam().arguments + both).run(.bytes(input)))
    #expect(stream.samples("dog") == spanned)
    #expect(
      try stream.samples("a-man") == samples("a-man", "--prompt", "a man", "--span", "-0.1..0.2"))
    #expect(
      stream.header.history.last?.options["span"] == [["+0.1..0.2"], ["-0.1..0.2"]])
    #expect(try samples("dog", "--prompt", "a man", "--span=+0.1..0.2", "--prompt", "dog") == plain)

    let wordless = try samples("sound-1", "--span", "+0.1..0.2")
    #expect(try samples("sound-1", "--prompt", "", "--span", "+0.1..0.2") == wordless)
    #expect(wordless != spanned)
  }

  /// The codec gives nothing above full scale, so that beside so loud an input it is next to nothing.
  @Test func aSoundThatIsNotFoundIsSaid() throws {
    let loud = Sounds.noise(frames: 4800).map { 1e6 * $0 }
    let input = StreamText.whole(["mix": loud], rate: 48_000)
    let outcome = try Self.sam("--prompt", "Dog!", "--prompt", "", "--span", "+0..0.1")
      .run(.bytes(input))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = [("\"Dog!\"", "dog"), ("a sound without words", "sound-2")].map { words, track in
      "ap-sam: warning: Next to nothing was found of \(words): the track \(track) is 60 dB or more "
        + "below the input. Try other words."
    }
    #expect(outcome.errorLines == lines)
  }

  /// What a track cannot be called stays its prompt.
  @Test func promptsOfAnyScriptAreTracks() throws {
    let stream = try Self.read(
      Self.sam("--prompt", "dog", "--prompt", "犬の鳴き声").run(.bytes(Self.input(frames: 2000))))
    #expect(stream.header.tracks.map(\.name) == ["dog", "sound-2"])
    #expect(stream.header.tracks.map(\.prompt) == ["dog", "犬の鳴き声"])
  }

  @Test func stereoKeepsTheMonoSoundAsItsMid() throws {
    let frames = 20_000
    let mono = Sounds.sweep(frames: frames, rate: 48_000)
    let panned = mono.flatMap { [1.5 * $0, 0.5 * $0] }
    let input = StreamText.whole(["mix": panned], channels: 2, rate: 48_000)
    let narrow = try Self.read(Self.sam("--prompt", "dog").run(.bytes(input)))
    let wide = try Self.read(Self.sam("--prompt", "dog", "--stereo").run(.bytes(input)))
    #expect(wide.header.channels == 2)
    let (sound, stereo) = (narrow.samples("dog"), wide.samples("dog"))
    #expect(stereo.count == 2 * frames)
    for (index, value) in sound.enumerated() {
      let mean = 0.5 * (stereo[2 * index] + stereo[2 * index + 1])
      #expect(abs(mean - value) < 1e-5)
    }
    // Half as much in the right channel as in the left one, as in the mixture, or nearly so.
    #expect(stereo.indices.contains { abs(stereo[$0] - sound[$0 / 2]) > 0.01 })
  }

  @Test func stereoOfAMonoSourceIsTwiceTheSame() throws {
    let input = Self.input(frames: 5000)
    let mono = try Self.read(Self.sam("--prompt", "dog").run(.bytes(input)))
    let stereo = try Self.read(Self.sam("--prompt", "dog", "--stereo").run(.bytes(input)))
    #expect(stereo.samples("dog") == mono.samples("dog").flatMap { [$0, $0] })
  }

  @Test func threadsDoNotShow() throws {
    let input = try Self.windows(Self.input(frames: 40_000, channels: 2))
    func run(_ threads: String) throws -> [UInt8] {
      let outcome = try Self.sam(
        "--prompt", "dog", "--residual", "--stereo", "--threads", threads
      ).run(.bytes(input))
      #expect(outcome.status == 0)
      return outcome.output
    }
    let one = try run("1")
    #expect(try run("3") == one)
    #expect(try run("4") == one)
  }

  @Test(arguments: ["bf16", "f16"]) func weightsCanBeHalved(format: String) throws {
    let input = Self.input(frames: 5000)
    let full = try Self.read(Self.sam("--prompt", "dog").run(.bytes(input))).samples("dog")
    let half = try Self.read(
      Self.sam("--prompt", "dog", "--weights", format).run(.bytes(input))
    ).samples("dog")
    #expect(Golden.error(half, full) < 0.2)
    #expect(half != full)
  }

  @Test func silenceGivesNumbers() throws {
    let silence = StreamText.whole(
      ["mix": [Float](repeating: 0, count: 10_000)], channels: 2, rate: 48_000)
    let stream = try Self.read(
      Self.sam("--prompt", "dog", "--residual", "--stereo").run(.bytes(silence)))
    #expect(stream.samples("dog").count == 10_000)
    #expect(stream.samples("dog").allSatisfy { $0.isFinite })
    #expect(stream.samples("dog.residual").allSatisfy { $0.isFinite })
  }

  /// Frames that no record holds are silence.
  @Test func gapsAreSilence() throws {
    let noise = Sounds.noise(frames: 3000)
    var text = StreamText(rate: 48_000, frames: 9000)
    text.audio(noise, offset: 2000)
    text.end(records: 1, frames: ["mix": 3000])
    func silence(_ frames: Int) -> [Float] { [Float](repeating: 0, count: frames) }
    let whole = StreamText.whole(["mix": silence(2000) + noise + silence(4000)], rate: 48_000)
    let sam = Self.sam("--prompt", "dog")
    let sparse = try Self.read(sam.run(.bytes(text.bytes)))
    #expect(sparse.samples("dog") == (try Self.read(sam.run(.bytes(whole)))).samples("dog"))
  }

  @Test func whatIsNotKnownPasses() throws {
    var text = StreamText(rate: 48_000)
    text.line(#"{"bytes":3,"type":"marker","x":1}"#)
    text.bytes += Array("abc".utf8)
    text.audio(Sounds.noise(frames: 100))
    text.line(#"{"frames":{"mix":100},"note":true,"records":2,"type":"end"}"#)
    let stream = try Self.read(Self.sam("--prompt", "dog").run(.bytes(text.bytes)))
    #expect(
      stream.records.first
        == .other(
          OtherRecord(
            type: "marker", object: ["bytes": 3, "type": "marker", "x": 1],
            payload: Array("abc".utf8))))
    #expect(stream.end.extra["note"] == true)
  }

  @Test func progressCountsFrames() throws {
    let outcome = try Self.sam("--prompt", "dog", "--progress", "json")
      .run(.bytes(try Self.windows(Self.input(frames: 30_000))))
    #expect(outcome.status == 0)
    let steps = try outcome.errorLines.map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(steps.last?["done"] == 30_000)
    #expect(steps.allSatisfy { $0["total"] == 30_000 && $0["rate"] == 48_000 })
  }

  @Test func stagesAreReported() throws {
    let folder = try TemporaryFolder()
    let outcome = try Self.sam("--prompt", "dog", "--report", folder.file("report"))
      .run(.bytes(Self.input(frames: 4800)))
    #expect(outcome.status == 0)
    let report = try JSONValue(parsing: Files.read(folder.file("report")).dropLast())
    #expect(report["audio-seconds"]?.double == 0.1)
    let estimate = try #require(report["memory-estimate"]?.double)
    let peak = try #require(report["peak-memory"]?.double)
    #expect(peak < 1.5 * estimate && estimate < 1.5 * peak, "\(estimate), \(peak)")
    let stages = report["stages"]?.array?.compactMap { $0["stage"]?.string }
    #expect(stages == ["text", "model", "encode", "transformer", "decode"])
  }

  /// What `ap-cache` asks: the prompts themselves, wherever they stand, and all files of the model.
  @Test func theRunDescribesItself() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Array("a cat\n".utf8), to: "prompts")
    var command = Self.sam("--prompt", "dog", "--prompts-file", file, "--threads", "3")
    command.arguments.insert("--describe-run", at: 0)
    let answer = try JSONValue(parsing: command.run().output)
    #expect(answer["options"]?["prompts"] == ["dog", "a cat"])
    #expect(answer["options"]?["model"] == "sam-audio")
    #expect(answer["options"]?["threads"] == nil)
    #expect(
      answer["files"]?.array?.compactMap(\.string)
        == [
          "config.json", "checkpoint.pt", "t5/config.json", "t5/spiece.model",
          "t5/model.safetensors",
        ].map { "\(Self.model)/\($0)" })
  }

  /// Also the models that help: their names, and their files in the folders where they lie.
  @Test(arguments: ["checkpoint.pt", "model.safetensors"])
  func theRunDescribesTheModelsThatHelp(weights: String) throws {
    let models = fixture("sam-audio-spans")
    let judge = try TemporaryFolder()
    for name in ["config.json", "tokenizer.json", weights] { _ = try judge.write([], to: name) }
    var command = Self.sam(
      "--prompt", "dog", "--predict-spans", "--span-model", Self.frameModel, "--candidates", "2",
      "--ranker", "ensemble", "--judge-model", judge.path, "--clap-model", "\(models)/laion_clap")
    command.arguments.insert("--describe-run", at: 0)
    let answer = try JSONValue(parsing: command.run().output)
    let options = answer["options"]
    #expect(options?["span-model"] == "pe-a-frame")
    #expect(
      options?["judge-model"]?.string == judge.path.split(separator: "/").last.map(String.init))
    #expect(options?["clap-model"] == "laion_clap")
    #expect(options?["ranker"] == "ensemble")
    #expect(
      answer["files"]?.array?.compactMap(\.string).dropFirst(5)
        == [
          "\(Self.frameModel)/config.json", "\(Self.frameModel)/tokenizer.json",
          "\(Self.frameModel)/model.safetensors", judge.file("config.json"),
          judge.file("tokenizer.json"), judge.file(weights), "\(models)/laion_clap/630k-best.pt",
          "\(models)/roberta-base/config.json", "\(models)/roberta-base/tokenizer.json",
        ])
  }

  @Test func memoryDoesNotGrowWithTheTrack() throws {
    let folder = try TemporaryFolder()
    func peak(frames: Int) throws -> Int {
      let command = Self.sam("--prompt", "dog", "--threads", "2")
      let outcome = try Pipeline(
        [command.recordingPeakMemory(in: folder.file("peak"))], outputFile: "/dev/null"
      ).run(.bytes(try Self.windows(Self.input(frames: frames))))[0]
      #expect(outcome.status == 0)
      return try folder.number(in: "peak")
    }
    let short = try peak(frames: 60_000)
    #expect(try peak(frames: 600_000) < short + 8 << 20)
  }

  // MARK: Predicted spans

  private static let frameModel = fixture("sam-audio-spans/pe-a-frame")

  private static func seconds(_ spans: JSONValue?) -> [[Double]] {
    (spans?.array ?? []).map { ($0.array ?? []).compactMap(\.double) }
  }

  /// The reference's spans, in the header of a whole track; they change its sound, and the other prompt has its own.
  @Test func predictedSpansStandInTheHeader() throws {
    let wave = try Golden("sam-audio/golden").tensor("wave_mono").values
    let input = StreamText.whole(["mix": wave], rate: 48_000)
    let options = ["--prompt", "man speaking", "--prompt", "a bass guitar, and piano"]
    var plain = Self.sam()
    plain.arguments += options
    var predicted = plain
    predicted.arguments += ["--predict-spans", "--span-model", Self.frameModel]
    let stream = try Self.read(predicted.run(.bytes(input)))
    #expect(
      Self.seconds(stream.header.tracks[0].extra["spans"])
        == [[0, 0.04], [0.16, 0.2], [0.24, 0.28], [0.32, 0.36], [0.4, 0.52]])
    #expect(
      Self.seconds(stream.header.tracks[1].extra["spans"]) == [[0.08, 0.12], [0.24, 0.28]])
    #expect(stream.end.extra["spans"] == nil)
    let entry = try #require(stream.header.history.last)
    #expect(entry.options["predict-spans"] == true)
    #expect(entry.options["span-model"]?["name"] == "pe-a-frame")
    let without = try Self.read(plain.run(.bytes(input)))
    #expect(without.header.tracks[0].extra["spans"] == nil)
    #expect(without.samples("man-speaking") != stream.samples("man-speaking"))

    // A prompt that has spans of its own keeps them.
    var given = plain
    given.arguments += ["--span", "+0..0.5", "--predict-spans", "--span-model", Self.frameModel]
    let mixed = try Self.read(given.run(.bytes(input)))
    #expect(mixed.header.tracks[0].extra["spans"] == stream.header.tracks[0].extra["spans"])
    #expect(mixed.header.tracks[1].extra["spans"] == nil)

    // Nothing is above this threshold, which changes nothing.
    predicted.arguments += ["--span-threshold", "1"]
    let none = try Self.read(predicted.run(.bytes(input)))
    #expect(none.header.tracks[0].extra["spans"] == [])
    #expect(none.samples("man-speaking") == without.samples("man-speaking"))

    predicted.arguments += ["--verbose"]
    predicted.arguments.removeAll { ["--span-threshold", "1"].contains($0) }
    let outcome = try predicted.run(.bytes(input))
    #expect(
      outcome.errors.contains("\"man speaking\" is predicted to be heard in 0.0..0.04, 0.16..0.2"))
  }

  /// Spans of windows are known too late for the header: they stand in the end, which joined windows keep.
  @Test func predictedSpansOfWindowsStandInTheEnd() throws {
    let input = Self.input(frames: 60_000)
    let sam = Self.sam(
      "--prompt", "man speaking", "--predict-spans", "--span-model", Self.frameModel,
      "--span-threshold", "0")
    let outcome = try Pipeline([
      Command("ap-segment", "--length", "0.4", "--overlap", "0.1"), sam, Command("ap-xfade"),
    ]).run(.bytes(input))
    #expect(outcome.map(\.status) == [0, 0, 0], "\(outcome.map(\.errors))")
    let stream = try ReadStream(outcome[2].output)
    // Each window is one span; 60,000 frames are 1.25 s.
    let spans = Self.seconds(stream.end.extra["spans"]?["man-speaking"])
    #expect(spans.first?.first == 0)
    #expect(spans.map { $0[0] } == spans.indices.map { Double($0) * 14_400 / 48_000 })
    #expect(stream.header.tracks[0].extra["spans"] == nil)
    #expect(stream.samples("man-speaking").count == 60_000)
  }
}
