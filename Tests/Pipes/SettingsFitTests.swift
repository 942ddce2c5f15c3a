import APCore
import TestSupport
import Testing

/// Options of the environment and the file beside a command line that they may not fit.
@Suite struct SettingsFitTests {
  /// What is said where, and the option that comes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let filter: String
    var file = ""
    var environment: [String: String] = [:]
    let arguments: [String]
    /// What the filter would do.
    let options: [String: JSONValue]

    var testDescription: String { "\(filter) \(arguments) \(environment) \(file)" }
  }

  private static let cases = [
    // Options that exclude each other.
    Case(
      filter: "demucs", file: "{two-stems: vocals}", arguments: ["--stems", "drums"],
      options: ["stems": ["drums"], "two-stems": .null]),
    Case(
      filter: "demucs", environment: ["AP_DEMUCS_TWO_STEMS": "vocals"],
      arguments: ["--stems=drums"], options: ["stems": ["drums"], "two-stems": .null]),
    Case(
      filter: "demucs", file: "{stems: 'drums,bass', shifts: 2}",
      arguments: ["--two-stems", "vocals"],
      options: ["stems": [], "two-stems": "vocals", "shifts": 2]),
    Case(
      filter: "demucs", file: "{two-stems: vocals}", environment: ["AP_DEMUCS_STEMS": "drums"],
      arguments: [], options: ["stems": ["drums"], "two-stems": .null]),
    Case(
      filter: "demucs", file: "{residual: true}", arguments: ["--sum-to-mix"],
      options: ["residual": false, "sum-to-mix": true]),
    Case(
      filter: "demucs", file: "{sum-to-mix: yes}", arguments: ["--residual"],
      options: ["residual": true, "sum-to-mix": false]),
    Case(
      filter: "roformer", file: "{two-stems: vocals}", arguments: ["--stems", "drums"],
      options: ["stems": ["drums"], "two-stems": .null]),
    Case(
      filter: "segment", file: "{length: 9, overlap: 1}",
      arguments: ["--min-length", "5", "--max-length", "10"],
      options: ["min-length": 5, "max-length": 10, "overlap": 1]),
    Case(
      filter: "segment", file: "{min-length: 5, max-length: 10, fade: linear}",
      arguments: ["--length", "9"], options: ["length": 9, "overlap": 2, "fade": "linear"]),
    Case(
      filter: "decode", file: "{overlap: 1, rate: 8000}", arguments: ["--join", "a.wav", "b.wav"],
      options: ["join": true, "overlap": .null, "rate": 8000]),
    Case(
      filter: "decode", file: "{no-loudness: true}", arguments: ["a.wav", "b.wav"],
      options: ["no-loudness": false]),
    Case(
      filter: "mix", file: "{keep: true}", arguments: ["--average", "a", "b"],
      options: ["by": "samples", "combine": "average"]),
    Case(
      filter: "mix", file: "{by: spectrum, keep: true}", arguments: ["sum=a+b"],
      options: ["keep": true]),
    // Options that need others.
    Case(
      filter: "demucs", file: "{two-stems: vocals, other: minus}", arguments: ["--stems", "drums"],
      options: ["stems": ["drums"], "two-stems": .null, "other": "sum"]),
    Case(
      filter: "demucs", file: "{two-stems: vocals, other: minus}",
      arguments: ["--two-stems", "drums"], options: ["two-stems": "drums", "other": "minus"]),
    Case(
      filter: "demucs", file: "{shifts: 2, seed: 3}", arguments: ["--shifts", "0"],
      options: ["shifts": 0, "seed": 0]),
    Case(
      filter: "sam", file: "{candidates: 8, ranker: judge, judge-model: x, steps: 4}",
      arguments: ["--prompt", "dog", "--candidates", "1"],
      options: ["candidates": 1, "ranker": .null, "steps": 4]),
    // A YAML file is of the model that it was said with.
    Case(
      filter: "roformer", file: "{config: absent.yaml, overlap: 3}", arguments: [],
      options: ["overlap": 3]),
    Case(
      filter: "roformer", environment: ["AP_ROFORMER_CONFIG": "absent.yaml"],
      arguments: ["--overlap", "2"], options: ["overlap": 2]),
    // Values that others bound.
    Case(
      filter: "segment", file: "{overlap: 9}", arguments: ["--length", "10"],
      options: ["length": 10, "overlap": 2]),
    Case(
      filter: "segment", file: "{overlap: 9}", arguments: ["--length", "20"],
      options: ["length": 20, "overlap": 9]),
    Case(
      filter: "decode", environment: ["AP_DECODE_END_TIME": "0:30"],
      arguments: ["--start-time", "1:00", "a.wav"], options: ["start-time": 60, "end-time": .null]),
  ]

  private func question(_ given: Case, in home: Home) -> Command {
    var command = Command("ap-\(given.filter)", RunDescription.question)
    command.environment = home.environment.merging(given.environment) { $1 }
    let models = [
      "demucs": DemucsPipeTests.model, "roformer": fixture("roformer/bs_two.ckpt"),
      "sam": fixture("sam-audio"),
    ]
    command.arguments += models[given.filter].map { ["-m", $0] } ?? []
    command.arguments += given.arguments
    return command
  }

  @Test(arguments: cases) func theCommandLineWins(given: Case) throws {
    let home = try Home(given.file.isEmpty ? "" : "\(given.filter): \(given.file)")
    let outcome = try question(given, in: home).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    let description = try #require(RunDescription(answer: outcome.output))
    for (name, value) in given.options {
      let found = description.options[name]
      // A number of seconds is 9.0.
      #expect(found == value || found?.double == value.double && value.double != nil, "\(name)")
    }
  }

  /// Whoever asks is told what counts for nothing, and why.
  @Test func whatIsLeftOutIsSaidToThoseWhoAsk() throws {
    let home = try Home("segment: {overlap: 9, fade: linear}")
    let input = Filters.input(for: "ap-segment")
    let quiet = try home.command("ap-segment", ["--length", "10"]).run(.bytes(input))
    #expect(quiet.errors == "")
    let outcome = try home.command("ap-segment", ["--length", "10", "--verbose"])
      .run(.bytes(input))
    #expect(outcome.status == 0)
    #expect(
      outcome.errors.contains(
        "config.yaml:1:20: overlap is left out: it does not go with what overrides it."))
    #expect(!outcome.errors.contains("fade"))
  }

  @Test(
    arguments: [
      // What the command line says wrong is wrong whatever the file says.
      (
        "demucs", "{two-stems: vocals}", ["--stems", "a", "--two-stems", "b"], 64, "ap-demucs: Give"
      ),
      ("demucs", "{shifts: 2}", ["--other", "minus"], 64, "ap-demucs: --other needs --two-stems."),
      (
        "encode", "{format: flac}", ["-o", "m.mp3", "--bits", "16"], 64, "--bits does not apply to"
      ),
      // And what the file says is wrong by itself, beside any command line.
      ("demucs", "{stems: a, two-stems: b}", [], 78, "config.yaml:1:17: Give only one of --stems"),
      ("demucs", "{stems: a, two-stems: b}", ["--shifts", "1"], 78, "config.yaml:1:17: Give only"),
      ("demucs", "{other: minus}", [], 78, "config.yaml:1:17: --other needs --two-stems."),
      (
        "demucs", "{shifts: 2000}", ["--residual"], 78,
        "config.yaml:1:18: The value '2000' is invalid for '--shifts <n>'"
      ),
      (
        "view", "{width: 2}", ["--png", "p.png"], 78,
        "config.yaml:1:15: The value '2' is invalid for '--width <n>'"
      ),
      (
        "sam", "{steps: 0}", ["--prompt", "dog"], 78,
        "config.yaml:1:14: The value '0' is invalid for '--steps <n>'"
      ),
      (
        "decode", "{rate: 2}", ["a.wav"], 78,
        "config.yaml:1:16: The value '2' is invalid for '--rate <hz>'"
      ),
      ("encode", "{bits: 12}", ["-o", "m.wav"], 78, "config.yaml:1:16: The value '12' is invalid"),
      ("encode", "{bits: 12}", ["-o", "m.mp3"], 78, "config.yaml:1:16: The value '12' is invalid"),
      (
        "encode", "{bits: 16, format: mp3}", ["-o", "-"], 78,
        "config.yaml:1:16: --bits does not apply to mp3."
      ),
      (
        "encode", "{bits: 16, output: m.mp3}", [], 78,
        "config.yaml:1:16: --bits does not apply to mp3."
      ),
    ] as [(String, String, [String], Int32, String)])
  func aMistakeIsRefused(
    filter: String, file: String, arguments: [String], status: Int32, words: String
  ) throws {
    let home = try Home("\(filter): \(file)")
    let outcome = try home.command("ap-\(filter)", arguments).run()
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(status == 78 || !outcome.errors.contains("config.yaml"), "\(outcome.errors)")
  }

  /// What is said where, and the file that `ap-encode` writes, as ffprobe names its codec and samples.
  private static let files: [(String, [String: String], [String], String, String)] = [
    ("{bits: 16}", [:], ["-o", "m.mp3"], "m.mp3", "mp3,fltp"),
    ("{bits: 16}", [:], ["-o", "m.ogg"], "m.ogg", "vorbis,fltp"),
    ("{bits: 16}", [:], ["-o", "m.flac"], "m.flac", "flac,s16"),
    ("{bits: f32}", [:], ["-o", "m.flac"], "m.flac", "flac,s32"),
    ("{bits: f32}", [:], ["-o", "m.wav"], "m.wav", "pcm_f32le,flt"),
    ("{bits: 16, bitrate: 128}", [:], ["-o", "m.mp3"], "m.mp3", "mp3,fltp"),
    ("{bits: 16, bitrate: 128}", [:], ["-o", "m.wav"], "m.wav", "pcm_s16le,s16"),
    ("{bits: 16, bitrate: 128}", [:], ["-o", "m.opus"], "m.opus", "opus,fltp"),
    ("{bits: 16, dither: yes}", [:], ["-o", "m.wav", "--bits", "f32"], "m.wav", "pcm_f32le,flt"),
    ("", ["AP_ENCODE_BITS": "16"], ["-o", "m.mp3"], "m.mp3", "mp3,fltp"),
    ("", ["AP_ENCODE_BITRATE": "128"], ["-o", "m.wav"], "m.wav", "pcm_f32le,flt"),
    ("{bits: 16}", [:], ["-o", "m", "--format", "mp3"], "m", "mp3,fltp"),
    ("{output: m, bits: 16}", [:], ["--format", "mp3"], "m", "mp3,fltp"),
  ]

  @Test(arguments: files)
  func anOptionCountsWhereTheFormatHasIt(
    file: String, environment: [String: String], arguments: [String], name: String, kind: String
  ) throws {
    try check(file, environment, arguments, name, kind)
  }

  /// A name on the command line that says a format beats the one that is set.
  private static let names: [(String, [String: String], [String], String, String)] = [
    ("{format: flac, bits: 16}", [:], ["-o", "m.mp3"], "m.mp3", "mp3,fltp"),
    ("{format: flac, bits: 16}", [:], ["-o", "m.WAV"], "m.WAV", "pcm_s16le,s16"),
    ("{format: flac, bits: 16}", [:], ["-o", "m.flac"], "m.flac", "flac,s16"),
    ("{format: flac, bits: 16}", [:], ["--output=m.ogg"], "m.ogg", "vorbis,fltp"),
    ("{format: flac, bits: 16}", [:], ["-o", "m.m4a"], "m.m4a", "aac,fltp"),
    ("{format: flac, bits: 16}", [:], ["-o", "{track}.mp3"], "mix.mp3", "mp3,fltp"),
    // It says none.
    ("{format: flac, bits: 16}", [:], ["-o", "m"], "m", "flac,s16"),
    ("{format: flac, bits: 16}", [:], ["-o", "m.x"], "m.x", "flac,s16"),
    ("{format: alac, bits: 16}", [:], ["-o", "m.m4a"], "m.m4a", "alac,s16p"),
    // A format that is given is given.
    ("{format: wav}", [:], ["-o", "m.mp3", "--format", "flac"], "m.mp3", "flac,s32"),
    ("{format: wav}", [:], ["--dither", "--bits", "16", "-o", "m.flac"], "m.flac", "flac,s16"),
    ("{bits: 16, format: flac}", [:], ["--dither", "-o", "m.wav"], "m.wav", "pcm_s16le,s16"),
    // The environment overrides the file as the command line does.
    ("", ["AP_ENCODE_FORMAT": "flac"], ["-o", "m.mp3"], "m.mp3", "mp3,fltp"),
    ("{format: flac, bits: 16}", ["AP_ENCODE_OUTPUT": "m.wav"], [], "m.wav", "pcm_s16le,s16"),
    ("{output: m.wav}", ["AP_ENCODE_FORMAT": "flac"], ["-o", "m.opus"], "m.opus", "opus,fltp"),
  ]

  @Test(arguments: names)
  func aFileIsWhatItsNameSays(
    file: String, environment: [String: String], arguments: [String], name: String, kind: String
  ) throws {
    try check(file, environment, arguments, name, kind)
  }

  /// Standard output has no name.
  @Test func aFormatIsSetForStandardOutput() throws {
    let home = try Home("encode: {format: flac}")
    let outcome = try home.command("ap-encode", ["-o", "-"])
      .run(.bytes(StreamText.whole(["mix": Sounds.noise(frames: 900)])))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.starts(with: "fLaC".utf8))
  }

  private func check(
    _ file: String, _ environment: [String: String], _ arguments: [String], _ name: String,
    _ kind: String
  ) throws {
    let home = try Home(file.isEmpty ? "" : "encode: \(file)")
    var command = home.command("ap-encode", arguments, environment)
    let place = try TemporaryFolder()
    command = Command(
      executable: "/bin/sh",
      ["-c", "cd \"$0\" && exec \"$@\"", place.path, command.executable] + command.arguments,
      environment: command.environment)
    let sound = StreamText.whole(["mix": Sounds.noise(frames: 9_000).map { $0 / 2 }])
    let outcome = try command.run(.bytes(sound))
    #expect(outcome.status == 0, "\(outcome.errors)")
    // What is asked for on the command line is made, and said to be odd.
    let isOdd = name == "m.mp3" && kind.hasPrefix("flac")
    #expect(
      outcome.errors
        == (isOdd ? "ap-encode: warning: m.mp3 will hold flac: its name says otherwise.\n" : ""))
    #expect(try place.list() == [name])
    let probe = try Command.tool(
      "ffprobe", "-v", "error", "-show_entries", "stream=codec_name,sample_fmt", "-of", "csv=p=0",
      place.file(name)
    ).run()
    #expect(probe.errors == "")
    #expect(probe.text == "\(kind)\n")
  }
}
