import APCommand
import APCore
import ArgumentParser
import AudioDecoding

@main
struct APDecode: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-decode", abstract: "Turn an audio or video file into a stream.",
    discussion: Seconds.help, version: Suite.version)

  @Argument(
    help: ArgumentHelp(
      "The file to decode, or - for standard input; several files are windows of one sound.",
      valueName: "file"), completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp("Convert to this sample rate in Hz.", valueName: "hz"),
    transform: (1000...768_000).argument)
  var rate: Int?

  @Option(
    help: ArgumentHelp("Mix to this many channels.", valueName: "n"),
    transform: (1...64).argument)
  var channels: Int?

  @Option(
    help: ArgumentHelp(
      "Decode this audio stream of the file, counted from 0. (default: the file's default one)",
      valueName: "n"),
    transform: (0...Int.max).argument)
  var stream: Int?

  @Option(
    help: ArgumentHelp(
      "Start at this time, exact to the sample. (default: 0)", valueName: "time"),
    transform: Seconds.argument)
  var startTime = Seconds(0)

  @Option(
    help: ArgumentHelp("Stop at this time, exact to the sample.", valueName: "time"),
    transform: Seconds.argument)
  var endTime: Seconds?

  @Flag(help: "Go on after damage, with silence in place of what is lost.")
  var lenient = false

  @Flag(
    help: """
      Start sooner: read the whole file first only for its digest, without decoding it. A filter that \
      needs its length or loudness then has to store the sound.
      """)
  var noLoudness = false

  @Option(
    help: ArgumentHelp(
      "Files are windows that share this with the next, as after ap-segment. (default: 0)",
      valueName: "time"), transform: Seconds.argument)
  var overlap: Seconds?

  @Flag(help: "Join several files to one sound, one after the other.")
  var join = false

  @Option(
    help: ArgumentHelp(
      "The file is samples without a header: encoding, rate and channels.",
      valueName: "encoding:hz:n"),
    completion: .list(["f32le:44100:2", "f32le:48000:2", "s16le:44100:2", "s16le:48000:2"]),
    transform: Self.rawFormat)
  var raw: RawFormat?

  @OptionGroup var common: CommonOptions

  /// What it reads there is a file.
  var readsStream: Bool { false }

  static let examples = [["song.wav"]]

  var historyOptions: [String: JSONValue] {
    [
      "channels": channels.map { JSONValue($0) } ?? .null,
      "end-time": endTime.map { JSONValue($0.value) } ?? .null,
      "join": .bool(join),
      "lenient": .bool(lenient),
      "no-loudness": .bool(noLoudness),
      "overlap": overlap.map { JSONValue($0.value) } ?? .null,
      "raw": raw.map { .string($0.text) } ?? .null,
      "rate": rate.map { JSONValue($0) } ?? .null,
      "start-time": JSONValue(startTime.value),
      "stream": stream.map { JSONValue($0) } ?? .null,
    ]
  }

  private static func rawFormat(_ text: String) throws -> RawFormat {
    do {
      return try RawFormat(text)
    } catch {
      throw ValidationError(error.description)
    }
  }

  func validate() throws {
    if isArranged, startTime.value != 0 || endTime != nil || noLoudness || stream != nil {
      throw ValidationError(
        "--start-time, --end-time, --stream and --no-loudness are for one file by itself.")
    }
    if join, overlap != nil { throw ValidationError("Give one of --join and --overlap.") }
    guard max(startTime.value, endTime?.value ?? 0, overlap?.value ?? 0) <= 1e8 else {
      throw ValidationError(
        "--start-time, --end-time and --overlap must be at most 100000000 seconds.")
    }
    if let endTime, endTime.value <= startTime.value {
      throw ValidationError("--end-time must be after --start-time.")
    }
  }

  /// Whether the files are parts of one sound.
  private var isArranged: Bool { files.count > 1 || join || overlap != nil }

  func repeatability() -> Repeatability {
    if files == ["-"] { return .repeatable(input: .bytes) }
    // What comes through a pipe cannot be read twice.
    return files.allSatisfy(InputFile.isRegular)
      ? .repeatable(input: .none, files: files) : .changing
  }

  func run(in context: FilterContext) throws {
    var options = DecodingOptions()
    options.rate = rate
    options.channels = channels
    options.audioStream = stream
    options.startTime = startTime.value
    options.endTime = endTime?.value
    options.isLenient = lenient
    guard isArranged else {
      return try Decoding.run(
        InputFile(path: files[0], raw: raw), options: options, measuresLoudness: !noLoudness,
        in: context)
    }
    Syscalls.allowManyFiles()
    let arrangement = join ? .joined : FileArrangement.windows(overlap: overlap?.value ?? 0)
    try Decoding.run(
      files.map { try InputFile(path: $0, raw: raw) }, options: options, arrangement: arrangement,
      in: context)
  }
}
