import APCore
import Glibc
import TestSupport
import Testing

/// `ap-demucs` in real pipes, with a small network.
@Suite struct DemucsPipeTests {
  static let model = fixture("demucs/htdemucs_tiny.th")
  static let stems = ["drums", "bass", "other", "vocals"]

  static func demucs(
    _ options: String..., environment: [String: String] = [:]
  ) -> Command {
    var command = Command("ap-demucs", "-m", model, environment: environment)
    command.arguments += options
    return command
  }

  static func input(
    frames: Int, channels: Int = 2, rate: Int = 44_100, isCounted: Bool = true,
    hasLoudness: Bool = true
  ) -> [UInt8] {
    StreamText.whole(
      ["mix": Sounds.noise(frames: frames, channels: channels)], channels: channels, rate: rate,
      isCounted: isCounted,
      more: hasLoudness ? #","source":{"loudness":{"mean":0,"std":0.4}}"# : "")
  }

  /// Around a segment of 110,250 frames and a stride of 82,687.
  @Test(arguments: [0, 1, 82_687, 110_250, 110_251])
  func everyFrameComesOutInEveryStem(frames: Int) throws {
    let outcome = try Self.demucs().run(.bytes(Self.input(frames: frames)))
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.tracks.map(\.name) == Self.stems)
    #expect(stream.header.frames == frames)
    for stem in Self.stems {
      #expect(stream.samples(stem).count == 2 * frames)
      #expect(stream.samples(stem).allSatisfy { $0.isFinite })
    }
  }

  @Test func historySaysWhatMadeTheStems() throws {
    let outcome = try Self.demucs("--stems", "bass", "--shifts", "1", "--seed", "3")
      .run(.bytes(Self.input(frames: 1000)))
    let entry = try #require(try ReadStream(outcome.output).header.history.last)
    #expect(entry.tool == "ap-demucs")
    #expect(entry.options["stems"] == ["bass"])
    #expect(entry.options["seed"] == 3)
    #expect(entry.options["model"]?["name"] == "htdemucs_tiny")
    let sum = try Command.tool("sha256sum", Self.model).run().text.prefix(64)
    #expect(
      entry.options["model"]?["files"]
        == [["file": "htdemucs_tiny.th", "sha256": .string(String(sum))]])
  }

  /// Capitals and spaces in names do not count, nor in what the history says of them.
  @Test(arguments: [
    (["--two-stems", "Vocals"], ["vocals", "no_vocals"]),
    (["--two-stems", " VOCALS "], ["vocals", "no_vocals"]),
    (["--stems", "vocals, drums"], ["vocals", "drums"]),
    (["--stems", "Bass ,OTHER"], ["bass", "other"]),
    (["--track", "Mix", "--stems", "drums"], ["drums"]),
  ])
  func namesAreMeantInAnyCase(options: [String], tracks: [String]) throws {
    var command = Self.demucs()
    command.arguments += options
    let outcome = try command.run(.bytes(Self.input(frames: 400)))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let header = try ReadStream(outcome.output).header
    #expect(header.tracks.map(\.name) == tracks)
    let entry = header.history.last?.options
    if options[0] == "--two-stems" { #expect(entry?["two-stems"] == "vocals") }
    if options[0] == "--stems" { #expect(entry?["stems"] == JSONValue(tracks)) }
    if options[0] == "--track" { #expect(entry?["track"] == "mix") }
  }

  @Test func twoStemsMinusAddUpToTheMix() throws {
    let frames = 120_000
    let outcome = try Self.demucs("--two-stems", "vocals", "--other", "minus")
      .run(.bytes(Self.input(frames: frames)))
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.tracks.map(\.name) == ["vocals", "no_vocals"])
    let mix = Sounds.noise(frames: frames, channels: 2)
    let sum = zip(stream.samples("vocals"), stream.samples("no_vocals")).map { $0 + $1 }
    #expect(zip(mix, sum).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(sum.count == mix.count)
  }

  @Test(
    arguments: [[], ["--shifts", "2"], ["--two-stems", "bass"], ["--normalize", "window"]],
    [119_999, 400])
  func stemsSumToTheMixWhenAsked(options: [String], frames: Int) throws {
    var command = Self.demucs("--sum-to-mix")
    command.arguments += options
    let outcome = try command.run(.bytes(Self.input(frames: frames)))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.tracks.count == (options.first == "--two-stems" ? 2 : 4))
    let mix = Sounds.noise(frames: frames, channels: 2)
    let tracks = stream.header.tracks.map { stream.samples($0.name) }
    let peak = mix.map(abs).max() ?? 0
    for index in mix.indices {
      let sum = tracks.reduce(0.0) { $0 + Double($1[index]) }
      guard abs(sum - Double(mix[index])) > 1e-6 * Double(peak) else { continue }
      Issue.record("sample \(index): \(sum) is not \(mix[index])")
      return
    }
    #expect(stream.header.history.last?.options["sum-to-mix"] == true)
  }

  /// The same residual, whichever stems are written.
  @Test(arguments: [[], ["--stems", "bass"], ["--two-stems", "vocals", "--other", "minus"]])
  func theResidualIsTheRestOfTheMix(options: [String]) throws {
    let frames = 120_000
    let input = Self.input(frames: frames)
    let plain = try ReadStream(try Self.demucs().run(.bytes(input)).output)
    var command = Self.demucs("--residual")
    command.arguments += options
    let stream = try ReadStream(try command.run(.bytes(input)).output)
    #expect(stream.header.tracks.last?.name == "residual")
    let mix = Sounds.noise(frames: frames, channels: 2)
    let stems = Self.stems.map { plain.samples($0) }
    let residual = stream.samples("residual")
    #expect(residual.contains { abs($0) > 1e-3 })
    #expect(
      mix.indices.allSatisfy { index in
        abs(mix[index] - stems.reduce(0) { $0 + $1[index] } - residual[index]) < 2e-6
      })
  }

  @Test func threadsDoNotShow() throws {
    let input = Self.input(frames: 150_000)
    let one = try Self.demucs("--threads", "1").run(.bytes(input))
    let three = try Self.demucs("--threads", "3").run(.bytes(input))
    #expect(one.status == 0)
    #expect(one.output == three.output)
  }

  @Test func anotherRateAndMonoAreConverted() throws {
    let outcome = try Self.demucs("--stems", "drums")
      .run(.bytes(Self.input(frames: 48_001, channels: 1, rate: 48_000)))
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.rate == 44_100)
    #expect(stream.header.channels == 2)
    #expect(stream.header.frames == 44_101)
    #expect(stream.samples("drums").count == 2 * 44_101)
  }

  @Test func channelsThatHaveNoMixAreOneLine() throws {
    let outcome = try Self.demucs().run(.bytes(Self.input(frames: 100, channels: 17)))
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("17 channels cannot be mixed to 2"))
  }

  @Test func windowsStayWindows() throws {
    let input = Self.input(frames: 150_000)
    let outcomes = try Pipeline([
      Command("ap-segment", "--length", "2", "--overlap", "0.5"), Self.demucs(),
      Command("ap-xfade"),
    ]).run(.bytes(input))
    #expect(outcomes.map(\.status) == [0, 0, 0])
    let stream = try ReadStream(outcomes[2].output)
    #expect(stream.samples("bass").count == 300_000)
  }

  @Test func memoryDoesNotGrowWithTheTrack() throws {
    let folder = try TemporaryFolder()
    func peak(seconds: Int) throws -> Int {
      let command = Self.demucs("--threads", "2").recordingPeakMemory(in: folder.file("peak"))
      let outcome = try Pipeline([command], outputFile: "/dev/null")
        .run(.bytes(Self.input(frames: seconds * 44_100)))[0]
      #expect(outcome.status == 0)
      return try folder.number(in: "peak")
    }
    let short = try peak(seconds: 8)
    #expect(try peak(seconds: 60) < short + 8 << 20)
  }
}

/// How `ap-demucs` fails.
extension DemucsPipeTests {
  @Test(arguments: [
    (["--stems", "drums,drums"], "different names"),
    (["--stems", "drums, Drums"], "different names"),
    (["--stems", "drums, ,bass"], "different names"),
    (["--stems", "drums", "--two-stems", "bass"], "one of --stems and --two-stems"),
    (["--stems", "piano"], "drums, bass, other, vocals"),
    (["--two-stems", "piano"], "no stem \"piano\""),
    (["--other", "minus"], "--other needs --two-stems"),
    (["--residual", "--sum-to-mix"], "nothing is left for --residual"),
    (["--seed", "1"], "--seed needs --shifts"),
    (["--shifts", "-1"], "--shifts"),
    (["--overlap", "1"], "It must be a number from 0 to 0.99."),
    (["--segment", "0"], "--segment must be at least 1 second"),
    (["--segment", "0.01"], "--segment must be at least 1 second"),
    (["--segment", "0.999", "--overlap", "0.9"], "--segment must be at least 1 second"),
    (["--segment", "2.6"], "at most 2.5 seconds"),
  ])
  func usageIsExplained(options: [String], words: String) throws {
    var command = Self.demucs()
    command.arguments += options
    let outcome = try command.run(.bytes(Self.input(frames: 10)))
    #expect(outcome.status == 64)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(words))
    #expect(outcome.isAbort)
  }

  @Test(arguments: [("htdemucs_none", 69 as Int32), ("/no/such.th", 66)])
  func aMissingModelIsSaid(model: String, status: Int32) throws {
    let outcome = try Command("ap-demucs", "-m", model).run(.bytes(Self.input(frames: 10)))
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.isAbort)
  }

  /// A weight that is not a number would make all sound so.
  @Test func aWeightThatIsNotANumberIsNamed() throws {
    let folder = try TemporaryFolder()
    var bytes = try Files.read("\(Project.root)/Sources/BundledModels/htdemucs-mini.safetensors")
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0xff, 0xff, 0xff, 0x7f])
    let path = try folder.write(bytes, to: "model.safetensors")
    let outcome = try Command("ap-demucs", "-m", path).run(.bytes(Self.input(frames: 10)))
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1)
    #expect(
      outcome.errors.contains(
        /model\.safetensors: the tensor "[a-z0-9_.]+" is damaged: element \d+ is infinite or not a number/
      ),
      "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  @Test func aCutStreamNeverLooksWhole() throws {
    let outcome = try Self.demucs().run(.bytes(Self.input(frames: 120_000).dropLast(90)))
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1)
    #expect(throws: (any Error).self) { try ReadStream(outcome.output) }
    #expect(outcome.text.contains(#""type":"abort""#))
  }

  @Test func aClosedPipeEndsItInSilence() throws {
    let outcome = try Pipeline([Self.demucs()], outputLimit: 10)
      .run(.bytes(Self.input(frames: 300_000)))[0]
    #expect(outcome.status == 128 + SIGPIPE)
    #expect(outcome.errors == "")
  }

  @Test func aFullDiskIsSaid() throws {
    let outcome = try Pipeline([Self.demucs()], outputFile: "/dev/full")
      .run(.bytes(Self.input(frames: 120_000)))[0]
    #expect(outcome.status == 74)
    #expect(outcome.errors.contains("No space left on device"))
  }

  /// Only what needs a temporary file makes one: three seconds fit in memory.
  @Test(arguments: [
    (140_000, true, [], 0 as Int32), (140_000, false, [], 73), (130_000, false, [], 0),
    (140_000, false, ["--normalize", "window"], 0), (140_000, true, ["--shifts", "2"], 0),
  ])
  func aTemporaryFileOnlyWhereNeeded(
    frames: Int, hasLoudness: Bool, options: [String], status: Int32
  ) throws {
    var command = Self.demucs(environment: ["TMPDIR": "/no/such/folder"])
    command.arguments += options
    let outcome = try command.run(
      .bytes(Self.input(frames: frames, hasLoudness: hasLoudness)))
    #expect(outcome.status == status)
    #expect(status == 0 || outcome.errors.contains("Give --temp-dir"))
  }

  @Test func theTemporaryFileIsSaidAndLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let command = Self.demucs("--verbose", environment: ["TMPDIR": folder.path])
    let outcome = try command.run(.bytes(Self.input(frames: 140_000, hasLoudness: false)))
    #expect(outcome.status == 0)
    #expect(outcome.errorLines.count(where: { $0.contains("temporary file") }) == 1)
    #expect(try folder.list().isEmpty)
  }

  /// A line of JSON per model, for programs.
  @Test(arguments: ["ap-demucs", "ap-roformer", "ap-sam"])
  func modelsAreListedForPrograms(filter: String) throws {
    let table = try Command(filter, "--list-models").run()
    let outcome = try Command(filter, "--list-models", "--json").run()
    #expect(outcome.status == 0)
    let models = try outcome.text.split(separator: "\n").map {
      try JSONValue(parsing: Array($0.utf8))
    }
    #expect(models.count == table.text.split(separator: "\n").count - 1)
    for model in models {
      #expect(model["name"]?.string?.isEmpty == false)
      #expect(model["licence"] != nil && model["path"] != nil && model["problem"] == .null)
    }
    if filter == "ap-demucs" {
      let small = try #require(models.first { $0["name"] == "htdemucs-mini" })
      #expect(small["stems"] == ["drums", "bass", "other", "vocals"])
      #expect(small["default"] == small["stems"])
      #expect(small["segment"] == JSONValue(4.0))
      #expect(small["path"]?.string?.hasSuffix("htdemucs-mini.safetensors") == true)
    }
    if filter == "ap-roformer" {
      let known = try #require(models.first { $0["name"] == "mel-band-roformer-kim" })
      #expect(known["kind"] == "Mel")
      #expect(known["stems"] == ["vocals", "other"])
      #expect(known["default"] == ["vocals"])
      #expect(known["chunk"] == JSONValue(8.0))
    }
    if filter == "ap-sam" {
      let known = try #require(models.first { $0["name"] == "laion_clap" })
      #expect(known["size"] == 1860)
    }
    let alone = try Command(filter, "--json").run()
    #expect(alone.status == 64)
    #expect(alone.errors.contains("--json needs --list-models"))
  }

  @Test func modelsAreListed() throws {
    let outcome = try Command("ap-demucs", "--list-models").run()
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.first?.hasPrefix("MODEL ") == true)
    #expect(
      lines.contains { $0.hasPrefix("htdemucs-mini ") && $0.hasSuffix("htdemucs-mini.safetensors") }
    )
  }
}
