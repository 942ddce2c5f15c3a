import APCore
import TestSupport
import Testing

/// The options that all commands share: on the command line, in the environment and in the file.
@Suite struct SettingsTests {
  /// What the three places say, and what comes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let setting: String
    var option: [String] = []
    var environment: [String: String] = [:]
    var file = ""
    let value: String

    var testDescription: String { "\(option) \(environment) \(file)" }
  }

  static let file = [
    Case(setting: "threads", value: "one per processor"),
    Case(setting: "threads", file: "threads: 3", value: "3"),
    Case(setting: "threads", environment: ["AP_THREADS": "2"], file: "threads: 3", value: "2"),
    Case(setting: "threads", environment: ["AP_THREADS": ""], file: "threads: 3", value: "3"),
    Case(
      setting: "threads", option: ["--threads", "1"], environment: ["AP_THREADS": "2"],
      file: "threads: 3", value: "1"),
    Case(setting: "threads", file: "\u{FEFF}threads: 3\r\n", value: "3"),
    Case(setting: "device", file: "{device: cpu}", value: "cpu"),
    Case(setting: "device", environment: ["AP_DEVICE": "auto"], file: "device: cpu", value: "auto"),
    // A device that is not there does not matter where another one is asked for.
    Case(setting: "device", option: ["--device", "cpu"], file: "device: cuda", value: "cpu"),
    Case(setting: "temp-dir", environment: ["TMPDIR": "/x"], value: "/x"),
    Case(
      setting: "temp-dir", environment: ["TMPDIR": "/x"], file: "temp-dir: '/var/tmp'",
      value: "/var/tmp"),
    Case(
      setting: "temp-dir", environment: ["AP_TEMP_DIR": "/tmp"], file: "temp-dir: /var/tmp",
      value: "/tmp"),
    Case(
      setting: "temp-dir", option: ["--temp-dir", "/tmp"], environment: ["AP_TEMP_DIR": "/no"],
      value: "/tmp"),
    Case(setting: "log-level", value: "info"),
    Case(setting: "log-level", file: "quiet: true", value: "error"),
    Case(setting: "log-level", environment: ["AP_VERBOSE": "1"], file: "quiet: on", value: "debug"),
    Case(
      setting: "log-level", environment: ["AP_QUIET": "false"], file: "quiet: on", value: "info"),
    Case(
      setting: "log-level", environment: ["AP_LOG_LEVEL": "warning"], file: "verbose: yes",
      value: "warning"),
    Case(setting: "log-level", option: ["-q"], environment: ["AP_VERBOSE": "yes"], value: "error"),
    Case(setting: "progress", file: "progress: json", value: "json"),
    Case(
      setting: "progress", option: ["--progress", "always"], file: "quiet: true", value: "always"),
    Case(setting: "progress", option: ["-q", "--progress", "always"], value: "never"),
    Case(setting: "progress", option: ["-q"], environment: ["AP_PROGRESS": "json"], value: "never"),
    Case(setting: "progress", option: ["-v"], file: "quiet: 1\nprogress: json", value: "json"),
  ]

  /// The report says what a command takes its settings to be.
  @Test(arguments: file)
  func theMostImportantPlaceDecides(_ given: Case) throws {
    let home = try Home(given.file)
    let outcome = try home.command("ap-segment", given.option, given.environment)
      .run(.bytes(Filters.input(for: "ap-segment")))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try JSONValue(parsing: Files.read(home.report))
    #expect(report["settings"]?[given.setting] == .string(given.value))
  }

  /// And it does what they say.
  @Test func settingsAreFollowed() throws {
    let input = Filters.input(for: "ap-segment", frames: 200_000)
    let shorten = ["--length", "1", "--overlap", "0", "--max-segments", "1"]
    let loud = try Home("progress: json")
    let outcome = try loud.command("ap-segment", shorten).run(.bytes(input))
    #expect(outcome.errors.contains(#""type":"progress""#))
    #expect(outcome.errors.contains("Left out"))
    let silenced = try loud.command("ap-segment", shorten, ["AP_QUIET": "true"]).run(.bytes(input))
    #expect(silenced.errors == "")

    let folder = try TemporaryFolder()
    let home = try Home("temp-dir: \(folder.path)")
    var separate = DemucsPipeTests.demucs("--verbose", environment: home.environment)
    separate.environment["TMPDIR"] = "/no/such/folder"
    let separated = try separate.run(
      .bytes(DemucsPipeTests.input(frames: 140_000, hasLoudness: false)))
    #expect(separated.status == 0, "\(separated.errors)")
    #expect(separated.errors.contains("temporary file"))
    #expect(try folder.list() == [])
  }

  @Test(arguments: Filters.all)
  func everyFilterTakesEveryOption(filter: String) throws {
    let home = try Home("quiet: false\n")
    let folder = try TemporaryFolder()
    var command = home.command(
      filter,
      [
        "--log-level", "warning", "--progress", "never", "--threads", "2", "--temp-dir",
        folder.path, "--device", "cpu",
      ])
    switch filter {
    case "ap-decode":
      command.arguments += ["--end-time", "0.1", "\(Project.root)/scripts/demo/mix.flac"]
    case "ap-demucs": command.arguments += ["-m", DemucsPipeTests.model]
    case "ap-cache":
      command.environment["XDG_CACHE_HOME"] = folder.file("cache")
      command.arguments.append("ap-segment")
    case "ap-run":
      let workflow = "steps: {a: {run: 'true'}}"
      command.arguments.append(try folder.write(Array(workflow.utf8), to: "workflow.yaml"))
    default: command.arguments += Filters.reader(filter, folder: folder).arguments.dropFirst()
    }
    let outcome = try command.run(.bytes(Filters.input(for: filter)))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    let report = try JSONValue(parsing: Files.read(home.report))
    #expect(report["tool"] == .string(filter))
    #expect(report["exit"] == 0)
    // What these hand on to others, they do not look into.
    #expect(
      ["ap-cache", "ap-run"].contains(filter) || report["audio-seconds"]?.double ?? 0 > 0)
  }

  @Test(
    arguments: [
      (
        ["--device", "cuda"], [:], "", 69, "--device: there is no device \"cuda\". Give cpu or auto"
      ),
      ([], ["AP_DEVICE": "cuda"], "", 69, "AP_DEVICE: there is no device"),
      ([], [:], "device: gpu0", 69, "config.yaml:1:9: there is no device \"gpu0\""),
      (["--temp-dir", "/no/such"], [:], "", 73, "--temp-dir: no temporary file can be created in"),
      ([], [:], "temp-dir: /dev/null", 73, "config.yaml:1:11: no temporary file can be created in"),
      (["--threads", "0"], [:], "", 64, "must be a whole number from 1 to 1024"),
      (["--progress", "x"], [:], "", 64, "must be auto, always, never or json"),
      (["-q", "-v"], [:], "", 64, "Give only one of --quiet"),
      ([], ["AP_THREADS": "x"], "", 78, "AP_THREADS: threads is \"x\". It must be a whole number"),
      (["--threads", "1"], [:], "\n\nthreads: many", 78, "config.yaml:3:10: threads is \"many\""),
      ([], [:], "threads: [4]", 78, "config.yaml:1:10: threads is not a single value"),
      ([], [:], "just words", 78, "config.yaml:1:1: this is not a setting. It needs lines like"),
      ([], [:], "threads: {", 78, "config.yaml:2:1: while parsing a flow node, did not find"),
      (
        [], [:], "device: cpu\ndevice: cpu", 78,
        "config.yaml:2:1: the key \"device\" is given twice"
      ),
      ([], [:], "quiet: 1\nverbose: 1", 78, "contradict each other"),
      ([], ["AP_QUIET": "1", "AP_LOG_LEVEL": "info"], "", 78, "AP_QUIET and AP_LOG_LEVEL"),
      (["--report", "/no/such/r.json"], [:], "", 73, "Cannot create /no/such/r.json"),
    ] as [([String], [String: String], String, Int32, String)])
  func whatCannotBeIsRefused(
    options: [String], environment: [String: String], file: String, status: Int32, words: String
  ) throws {
    let home = try Home(file)
    var command = Command("ap-segment", environment: home.environment)
    command.environment.merge(environment) { $1 }
    command.arguments += options
    let outcome = try command.run(.bytes(Filters.input(for: "ap-segment")))
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  /// The command line before the environment before the file, each option by itself.
  @Test(
    arguments: [
      ("segment: {length: 7}", [:], [], 7, 2),
      ("segment: {length: 7}", ["AP_SEGMENT_LENGTH": "0:08"], [], 8, 2),
      ("segment: {length: 7, overlap: 1.5}", ["AP_SEGMENT_LENGTH": "8"], [], 8, 1.5),
      ("segment: {length: 7}", ["AP_SEGMENT_LENGTH": "8"], ["--length", "9"], 9, 2),
      ("segment: {length: 7}", [:], ["--length=9"], 9, 2),
      ("segment: {length: x}", [:], ["--length", "9"], 9, 2),
      ("", ["AP_SEGMENT_OVERLAP": "1"], ["--length", "9"], 9, 1),
      ("xfade: {length: 7}\ndemucs: {segment: 5}", ["AP_SEGMENT_LENGTH": ""], [], 30, 2),
    ] as [(String, [String: String], [String], Double, Double)])
  func filtersHaveDefaultsOfTheirOwn(
    file: String, environment: [String: String], options: [String], length: Double, overlap: Double
  ) throws {
    let home = try Home(file)
    let outcome = try home.command("ap-segment", options, environment)
      .run(.bytes(Filters.input(for: "ap-segment")))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let entry = try ReadStream(outcome.output).header.history.last
    #expect(entry?.options["length"] == JSONValue(length))
    #expect(entry?.options["overlap"] == JSONValue(overlap))
  }

  /// Flags, lists, options that must be given, and those with a short name.
  @Test func optionsOfEveryKindHaveDefaults() throws {
    let folder = try TemporaryFolder()
    let home = try Home(
      """
      demucs: {model: \(DemucsPipeTests.model), residual: true, stems: 'bass,drums', sum-to-mix: no, weights: bf16}
      sam: {prompt: [dog, cat], watermark: off}
      encode: {output: '\(folder.path)/{track}.flac', force: true}
      """)
    let separated = try home.command("ap-demucs").run(
      .bytes(DemucsPipeTests.input(frames: 1_000)))
    #expect(separated.status == 0, "\(separated.errors)")
    let header = try ReadStream(separated.output).header
    #expect(header.tracks.map(\.name) == ["bass", "drums", "residual"])
    #expect(header.history.last?.options["weights"] == "bf16")
    for _ in 0..<2 {
      let written = try home.command("ap-encode").run(.bytes(StreamText.whole(["mix": [0.5]])))
      #expect(written.status == 0, "\(written.errors)")
      #expect(try folder.list() == ["mix.flac"])
    }
    let named = try home.command("ap-encode", ["-o", folder.file("mine.wav")])
      .run(.bytes(StreamText.whole(["mix": [0.5]])))
    #expect(named.status == 0, "\(named.errors)")
    #expect(try folder.list() == ["mine.wav", "mix.flac"])
    let chosen = try home.command("ap-demucs", ["-m", "none-such"]).run()
    #expect(chosen.status == 69)
    var sam = home.command("ap-sam", ["-m", fixture("sam-audio")], ["AP_CACHE": "off"])
    let sound = try sam.run(.bytes(StreamText.whole(["mix": Sounds.noise(frames: 1_000)])))
    #expect(try ReadStream(sound.output).header.tracks.map(\.name) == ["dog", "cat"])
    sam.arguments += ["--prompt", "bird"]
    let bird = try sam.run(.bytes(StreamText.whole(["mix": Sounds.noise(frames: 1_000)])))
    #expect(try ReadStream(bird.output).header.tracks.map(\.name) == ["bird"])
  }

  @Test(
    arguments: [
      ("threads: 1\nthread: 4", "config.yaml:2:1: there is no setting \"thread\". There are quiet"),
      (
        "segment: {lenght: 4}", "config.yaml:1:19: ap-segment has no option \"lenght\". It has fade"
      ),
      ("segment: {temp-dir: /tmp}", "ap-segment has no option \"temp-dir\""),
    ] as [(String, String)])
  func whatNobodyKnowsIsAWarning(file: String, words: String) throws {
    let home = try Home(file)
    let folder = try TemporaryFolder()
    let outcomes = try Pipeline(
      [home.command("ap-segment"), home.command("ap-segment", ["--length", "1"])],
      outputFile: folder.file("out")
    ).run(.bytes(Filters.input(for: "ap-segment")))
    // The one that stands alone says what all know to be wrong.
    #expect(outcomes[0].status == 0)
    let alone = try Pipeline([home.command("ap-segment")], outputFile: folder.file("out"))
      .run(.bytes(Filters.input(for: "ap-segment")))[0]
    #expect(alone.status == 0)
    #expect(alone.errorLines.count == 1)
    #expect(alone.errors.contains("warning: "), "\(alone.errors)")
    #expect(alone.errors.contains(words), "\(alone.errors)")
    #expect(words.contains("no option") || outcomes[0].errors == "")
    #expect(try home.command("ap-segment", ["-q"]).run().errors.contains("warning") == false)
  }

  @Test(
    arguments: [
      ("segment: {length: x}", [:], "config.yaml:1:19: The value 'x' is invalid for '--length"),
      (
        "segment: {length: 10, overlap: 9}", [:], "config.yaml:1:19: --overlap must be at most half"
      ),
      ("segment: 4", [:], "config.yaml:1:10: segment takes options of ap-segment. They stand"),
      ("segment: {fade: [[a]]}", [:], "config.yaml:1:17: fade is not a value"),
      ("", ["AP_SEGMENT_FADE": "step"], "AP_SEGMENT_FADE: The value 'step' is invalid"),
      ("", ["AP_SEGMENT_MIN_LENGTH": "9"], "AP_SEGMENT_MIN_LENGTH: Give both"),
    ] as [(String, [String: String], String)])
  func aDefaultThatCannotBeIsRefusedWithItsPlace(
    file: String, environment: [String: String], words: String
  ) throws {
    let home = try Home(file)
    let outcome = try home.command("ap-segment", [], environment)
      .run(.bytes(Filters.input(for: "ap-segment")))
    #expect(outcome.status == 78)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  @Test func aFileThatCannotBeReadIsSaid() throws {
    let home = try Home("")
    #expect(try Command.tool("rm", home.file).run().status == 0)
    #expect(try Command.tool("mkdir", home.file).run().status == 0)
    let outcome = try home.command("ap-segment").run()
    #expect(outcome.status == 78)
    #expect(outcome.errors.contains("config.yaml cannot be read: Is a directory"))
    let large = try Home("# \(String(repeating: "x", count: 9_000))\nthreads: 1")
    #expect(try large.command("ap-segment").run().errors.contains("more than 8192 bytes"))
    let latin = try Home("")
    _ = try latin.folder.write(Array("# K".utf8) + [0xf6, 0x0a], to: "ap/config.yaml")
    #expect(try latin.command("ap-segment").run().errors.contains("config.yaml is not UTF-8"))
  }

  @Test(arguments: ["3", "[yes, no]"]) func aFlagIsTrueOrFalse(value: String) throws {
    let home = try Home("demucs: {residual: \(value)}")
    let outcome = try home.command("ap-demucs").run(.bytes(Filters.input(for: "ap-demucs")))
    #expect(outcome.status == 78)
    #expect(outcome.errors.contains("config.yaml:1:20: residual must be true or false"))
    #expect(outcome.isAbort)
  }
}

/// A user with settings of their own.
final class Home {
  let folder: TemporaryFolder
  let file: String

  /// - Parameter settings: what the file says.
  init(_ settings: String) throws {
    folder = try TemporaryFolder()
    _ = try Command.tool("mkdir", folder.file("ap")).run()
    file = try folder.write(Array(settings.utf8), to: "ap/config.yaml")
  }

  var environment: [String: String] { ["XDG_CONFIG_HOME": folder.path] }
  /// The report of the last command.
  var report: String { folder.file("report.json") }

  func command(
    _ filter: String, _ options: [String] = [], _ variables: [String: String] = [:]
  ) -> Command {
    var command = Command(filter, "--report", report, environment: environment)
    command.environment.merge(variables) { $1 }
    command.arguments += options
    return command
  }
}
