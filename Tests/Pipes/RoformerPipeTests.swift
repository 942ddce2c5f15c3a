import APCore
import Glibc
import TestSupport
import Testing

/// `ap-roformer` in real pipes, with small networks in the released format.
@Suite struct RoformerPipeTests {
  static let two = fixture("roformer/bs_two.ckpt")
  static let vocals = fixture("roformer/mel_vocals.ckpt")

  static func roformer(_ model: String, _ options: String...) -> Command {
    var command = Command("ap-roformer", "-m", model)
    command.arguments += options
    return command
  }

  static func input(
    frames: Int, channels: Int = 2, rate: Int = 44_100, isCounted: Bool = true
  ) -> [UInt8] {
    StreamText.whole(
      ["mix": Sounds.noise(frames: frames, channels: channels)], channels: channels, rate: rate,
      isCounted: isCounted)
  }

  /// Around a chunk of 88,200 frames, and around twice the border of 44,100.
  @Test(arguments: [0, 1, 44_100, 88_199, 88_200, 88_201, 140_000], [true, false])
  func everyFrameComesOutInEveryStem(frames: Int, isCounted: Bool) throws {
    let outcome = try Self.roformer(Self.two)
      .run(.bytes(Self.input(frames: frames, isCounted: isCounted)))
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.tracks.map(\.name) == ["vocals", "other"])
    #expect(stream.header.frames == (isCounted ? frames : nil))
    for stem in ["vocals", "other"] {
      #expect(stream.samples(stem).count == 2 * frames)
      #expect(stream.samples(stem).allSatisfy { $0.isFinite })
    }
  }

  /// The sound in the pipe is what the reference gives.
  @Test(arguments: [("bs_two", ["vocals", "other"]), ("mel_vocals", ["vocals"])])
  func aTrackInAPipeIsTheReferences(name: String, stems: [String]) throws {
    let rows = try Golden("roformer/inputs").rows("track.input")
    let samples = rows[0].indices.flatMap { frame in rows.map { $0[frame] } }
    let outcome = try Self.roformer(fixture("roformer/\(name).yaml"))
      .run(.bytes(StreamText.whole(["mix": samples], channels: 2)))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let stream = try ReadStream(outcome.output)
    let result = stems.flatMap { stem in
      let samples = stream.samples(stem)
      return (0..<2).map { channel in
        stride(from: channel, to: samples.count, by: 2).map { samples[$0] }
      }
    }
    #expect(
      try Golden("roformer/\(name).golden").error(of: result, "track.output") <= 1e-4)
  }

  /// A model for one instrument gives that; the rest, by its own name or by `no_`, is what the mix has besides.
  @Test(arguments: [
    ([], ["vocals"]), (["--stems", "other"], ["other"]),
    (["--stems", "other,vocals"], ["other", "vocals"]),
    (["--stems", "Vocals"], ["vocals"]), (["--stems", "Other, vocals"], ["other", "vocals"]),
    (["--two-stems", " Vocals"], ["vocals", "no_vocals"]),
    (["--two-stems", "vocals"], ["vocals", "no_vocals"]),
    (["--two-stems", "other"], ["other", "no_other"]),
  ])
  func theRestIsTheMixWithoutTheTarget(options: [String], tracks: [String]) throws {
    let frames = 100_000
    var command = Self.roformer(Self.vocals)
    command.arguments += options
    let stream = try ReadStream(command.run(.bytes(Self.input(frames: frames))).output)
    #expect(stream.header.tracks.map(\.name) == tracks)
    guard tracks.count == 2 else { return }
    let mix = Sounds.noise(frames: frames, channels: 2)
    let sum = zip(stream.samples(tracks[0]), stream.samples(tracks[1])).map { $0 + $1 }
    #expect(sum.count == mix.count)
    #expect(zip(mix, sum).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func historySaysWhatMadeTheStems() throws {
    let outcome = try Self.roformer(Self.two, "--stems", "other", "--overlap", "3")
      .run(.bytes(Self.input(frames: 1000)))
    let entry = try #require(try ReadStream(outcome.output).header.history.last)
    #expect(entry.tool == "ap-roformer")
    #expect(entry.options["stems"] == ["other"])
    #expect(entry.options["overlap"] == 3)
    #expect(entry.options["model"]?["name"] == "bs_two")
    let sum = try Command.tool("sha256sum", Self.two).run().text.prefix(64)
    guard case .array(let files)? = entry.options["model"]?["files"] else {
      Issue.record("no files")
      return
    }
    #expect(files.count == 2)
    #expect(files[0] == ["file": "bs_two.ckpt", "sha256": .string(String(sum))])
  }

  /// A checkpoint and its YAML file, with nothing in common in their names: the sound is the same.
  @Test func aConfigurationOfAnotherNameIsTaken() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try folder.write(Files.read(Self.vocals), to: "a.ckpt")
    let yaml = try folder.write(Files.read(fixture("roformer/mel_vocals.yaml")), to: "b.yml")
    for name in ["c.yaml", "d.yaml"] { _ = try folder.write([], to: name) }
    let input = Self.input(frames: 2000)
    let outcome = try Self.roformer(checkpoint, "--config", yaml).run(.bytes(input))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let stream = try ReadStream(outcome.output)
    let own = try ReadStream(Self.roformer(Self.vocals).run(.bytes(input)).output)
    #expect(stream.samples("vocals") == own.samples("vocals"))
    let options = stream.header.history.last?.options
    #expect(options?["config"] == "b.yml")
    guard case .array(let files)? = options?["model"]?["files"] else {
      Issue.record("no files")
      return
    }
    #expect(files.map { $0["file"] } == ["a.ckpt", "b.yml"])
    #expect(try Self.roformer(checkpoint).run(.bytes(input)).status == 66)
  }

  @Test func threadsDoNotShow() throws {
    let input = Self.input(frames: 100_000)
    let one = try Self.roformer(Self.vocals, "--threads", "1").run(.bytes(input))
    let three = try Self.roformer(Self.vocals, "--threads", "3").run(.bytes(input))
    #expect(one.status == 0)
    #expect(one.output == three.output)
  }

  @Test func anotherRateIsConvertedAndMonoStaysMono() throws {
    let outcome = try Self.roformer(Self.vocals)
      .run(.bytes(Self.input(frames: 48_001, channels: 1, rate: 48_000)))
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.rate == 44_100)
    #expect(stream.header.channels == 1)
    #expect(stream.samples("vocals").count == 44_101)
  }

  @Test func windowsStayWindows() throws {
    let outcomes = try Pipeline([
      Command("ap-segment", "--length", "2", "--overlap", "0.5"), Self.roformer(Self.vocals),
      Command("ap-xfade"),
    ]).run(.bytes(Self.input(frames: 150_000)))
    #expect(outcomes.map(\.status) == [0, 0, 0])
    #expect(try ReadStream(outcomes[2].output).samples("vocals").count == 300_000)
  }

  @Test func anotherChunkAndOverlapAreTaken() throws {
    let input = Self.input(frames: 60_000)
    let own = try Self.roformer(Self.vocals).run(.bytes(input))
    let same = try Self.roformer(Self.vocals, "--chunk", "2", "--overlap", "4").run(.bytes(input))
    let other = try Self.roformer(Self.vocals, "--chunk", "0.5", "--overlap", "1")
      .run(.bytes(input))
    #expect(
      try ReadStream(own.output).samples("vocals") == ReadStream(same.output).samples("vocals"))
    #expect(
      try ReadStream(own.output).samples("vocals") != ReadStream(other.output).samples("vocals"))
    #expect(try ReadStream(other.output).samples("vocals").count == 120_000)
  }

  @Test func memoryDoesNotGrowWithTheTrack() throws {
    let folder = try TemporaryFolder()
    func peak(seconds: Int) throws -> Int {
      let command = Self.roformer(Self.vocals, "--threads", "2", "--overlap", "2")
        .recordingPeakMemory(in: folder.file("peak"))
      let outcome = try Pipeline([command], outputFile: "/dev/null")
        .run(.bytes(Self.input(frames: seconds * 44_100)))[0]
      #expect(outcome.status == 0)
      return try folder.number(in: "peak")
    }
    let short = try peak(seconds: 8)
    #expect(try peak(seconds: 40) < short + 8 << 20)
  }

  /// Other instances of the same filter, and other networks, in a row.
  @Test func networksStandInARow() throws {
    let outcomes = try Pipeline([
      Self.roformer(Self.vocals, "--two-stems", "vocals"),
      Command(
        "ap-demucs", "-m", DemucsPipeTests.model, "--track", "no_vocals", "--stems", "drums,bass"),
    ]).run(.bytes(Self.input(frames: 60_000)))
    #expect(outcomes.map(\.status) == [0, 0], "\(outcomes.map(\.errors))")
    let first = try ReadStream(
      Self.roformer(Self.vocals, "--two-stems", "vocals").run(.bytes(Self.input(frames: 60_000)))
        .output)
    let stream = try ReadStream(outcomes[1].output)
    #expect(stream.header.tracks.map(\.name) == ["vocals", "drums", "bass"])
    #expect(stream.samples("vocals") == first.samples("vocals"))
    #expect(stream.samples("drums").count == 120_000)
    let alone = StreamText.whole(["mix": first.samples("no_vocals")], channels: 2)
    let drums = try ReadStream(
      DemucsPipeTests.demucs("--stems", "drums").run(.bytes(alone)).output)
    #expect(stream.samples("drums") == drums.samples("drums"))
  }
}

/// How `ap-roformer` fails.
extension RoformerPipeTests {
  @Test(arguments: [
    (["--stems", "other,Other"], "different names"),
    (["--stems", "vocals", "--two-stems", "other"], "one of --stems and --two-stems"),
    (["--stems", "piano"], "vocals, other"),
    (["--two-stems", "piano"], "no stem \"piano\""),
    (
      ["--overlap", "0"],
      "It must be a whole number from 1 to 64: so many chunks cover each moment."
    ),
    (
      ["--overlap", "0.25"],
      "'--overlap <n>': It must be a whole number from 1 to 64: so many chunks"
    ),
    (["--overlap", "65"], "It must be a whole number from 1 to 64"),
    (["--overlap", "many"], "It must be a whole number from 1 to 64"),
    (["--chunk", "0"], "--chunk must be more"),
    (["--chunk", "0.001"], "cannot take chunks of 0.001 seconds"),
    (["--track", "drums"], "no track \"drums\""),
  ])
  func usageIsExplained(options: [String], words: String) throws {
    var command = Self.roformer(Self.two)
    command.arguments += options
    let outcome = try command.run(.bytes(Self.input(frames: 10)))
    #expect(outcome.status == 64)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  @Test(arguments: [
    ("none-such", 69 as Int32, "There is no model"), ("mel-band-roformer-kim", 69, "Get it with"),
    ("/no/such.ckpt", 66, "There is no model"),
  ])
  func aMissingModelIsSaid(model: String, status: Int32, words: String) throws {
    let outcome = try Self.roformer(model).run(.bytes(Self.input(frames: 10)))
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  /// A checkpoint without its other file.
  @Test func aMissingConfigurationIsSaid() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1], to: "alone.ckpt")
    let outcome = try Self.roformer(path).run(.bytes(Self.input(frames: 10)))
    #expect(outcome.status == 66)
    #expect(outcome.errors.contains("has no YAML file beside it"), "\(outcome.errors)")
  }

  /// A model of the other network, in folders that have both.
  @Test(arguments: [
    ("ap-demucs", "bs_two", 69 as Int32), ("ap-demucs", "bs_two.yaml", 65),
    ("ap-demucs", "bs_two.ckpt", 65), ("ap-demucs", "./bs_two.ckpt", 65),
    ("ap-demucs", "./bs_two.yaml", 65), ("ap-demucs", "mel-band-roformer-kim", 69),
    ("ap-demucs", "moved", 65), ("ap-demucs", "moved.safetensors", 65),
    ("ap-roformer", "htdemucs_tiny", 69), ("ap-roformer", "htdemucs_tiny.th", 65),
    ("ap-roformer", "./htdemucs_tiny.th", 65), ("ap-roformer", "bag.yaml", 65),
    ("ap-roformer", "bag", 69), ("ap-roformer", "htdemucs", 69), ("ap-roformer", "paired", 65),
    ("ap-sam", "bs_two", 69), ("ap-sam", "htdemucs", 69),
  ])
  func aModelOfAnotherNetworkIsSaid(filter: String, model: String, status: Int32) throws {
    let folder = try TemporaryFolder()
    for (name, source) in [
      ("bs_two.ckpt", "roformer/bs_two.ckpt"), ("bs_two.yaml", "roformer/bs_two.yaml"),
      ("moved.safetensors", "roformer/bs_two.ckpt"),
      ("htdemucs_tiny.th", "demucs/htdemucs_tiny.th"),
      ("bag.yaml", "demucs/bag.yaml"), ("paired.th", "demucs/htdemucs_tiny.th"),
      ("paired.yaml", "demucs/bag.yaml"),
    ] {
      _ = try folder.write(Files.read(fixture(source)), to: name)
    }
    let path = model.hasPrefix("./") ? folder.file(String(model.dropFirst(2))) : model
    var command = Command(filter, "-m", path, environment: ["AP_MODELS": folder.path])
    if filter == "ap-sam" { command.arguments += ["--prompt", "a"] }
    let outcome = try command.run(.bytes(Self.input(frames: 10)))
    let other = filter == "ap-roformer" || model.hasPrefix("htdemucs") ? "ap-demucs" : "ap-roformer"
    let words = other == "ap-demucs" ? " is a Demucs model. " : " is a RoFormer. "
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(words + "Use \(other) -m "), "\(outcome.errors)")
    #expect(outcome.isAbort)

    // None is in the other network's list.
    let list = try Command(filter, "--list-models", environment: ["AP_MODELS": folder.path]).run()
    #expect(list.status == 0)
    let mine = filter == "ap-demucs" ? ["htdemucs_tiny", "paired"] : ["bs_two"]
    let others = ["bs_two", "moved", "htdemucs_tiny", "bag", "paired"].filter { name in
      list.text.split(separator: "\n").contains { $0.hasPrefix("\(name) ") }
    }
    #expect(others.filter { $0 != "bag" } == (filter == "ap-sam" ? [] : mine))
  }

  /// A folder of the current folder, by its bare name: what lies in it, the name, and a part of what is said; nil where
  /// it is a model.
  @Test(arguments: [
    (["bs_two"], "mods", nil), (["bs_two"], "./mods/", nil), (["bs_two"], ".", nil),
    (
      ["bs_two", "mel_vocals"], "mods",
      "The folder ./mods holds several models: bs_two, mel_vocals. Name one, as -m ./mods/bs_two.ckpt."
    ),
    (
      ["bs_two", "mel_vocals"], ".",
      "The folder . holds several models: bs_two, mel_vocals. Name one, as -m ./bs_two.ckpt."
    ),
    ([], "mods", "The folder ./mods has not one checkpoint"),
    (["bs_two"], "none", "There is no model"),
  ])
  func aFolderIsFoundByItsName(models: [String], name: String, words: String?) throws {
    let folder = try TemporaryFolder()
    let mods = folder.file("mods")
    #expect(try Command.tool("mkdir", mods).run().status == 0)
    for file in models.flatMap({ ["\($0).ckpt", "\($0).yaml"] }) {
      _ = try folder.write(Files.read(fixture("roformer/\(file)")), to: "mods/\(file)")
    }
    var command = Self.roformer(name, "--chunk", "0.1")
    command.arguments =
      ["-C", name == "." ? mods : folder.path, command.executable] + command.arguments
    command.executable = "/usr/bin/env"
    let outcome = try command.run(.bytes(Self.input(frames: 10)))
    #expect((outcome.status == 0) == (words == nil), "\(outcome.errors)")
    #expect(outcome.errors.contains(words ?? ""), "\(outcome.errors)")
    guard words == nil else { return }
    let entry = try ReadStream(outcome.output).header.history.last
    #expect(entry?.options["model"]?["name"] == .string(name == "." ? "bs_two" : "mods"))
  }

  @Test func aCutStreamNeverLooksWhole() throws {
    let outcome = try Self.roformer(Self.vocals)
      .run(.bytes(Self.input(frames: 120_000).dropLast(90)))
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1)
    #expect(throws: (any Error).self) { try ReadStream(outcome.output) }
    #expect(outcome.text.contains(#""type":"abort""#))
  }

  @Test func aClosedPipeEndsItInSilence() throws {
    let outcome = try Pipeline([Self.roformer(Self.vocals)], outputLimit: 10)
      .run(.bytes(Self.input(frames: 200_000)))[0]
    #expect(outcome.status == 128 + SIGPIPE)
    #expect(outcome.errors == "")
  }

  @Test func modelsAreListed() throws {
    var command = Command("ap-roformer", "--list-models")
    command.environment["AP_MODELS"] = fixture("roformer")
    let outcome = try command.run()
    #expect(outcome.status == 0)
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.first?.hasPrefix("MODEL ") == true)
    #expect(lines.contains { $0.hasPrefix("mel-band-roformer-kim ") && $0.contains("MIT") })
    #expect(
      lines.contains {
        $0.hasPrefix("mel_vocals ") && $0.contains(" Mel ") && $0.contains(" vocals*,other ")
          && $0.contains("2.0 s") && $0.hasSuffix("mel_vocals.ckpt")
      })
    #expect(lines.contains { $0.hasPrefix("bs_two ") && $0.contains(" vocals,other ") })
  }
}
