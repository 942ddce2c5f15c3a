import APCommand
import APCore
internal import ArgumentParser
internal import AudioEncoding

extension SoundFormat.Container: ExpressibleByArgument {
  /// Reads a format's name, or the end of its files' names.
  init?(argument: String) {
    guard let found = Self(rawValue: argument.lowercased()) ?? Self(fileName: ".\(argument)") else {
      return nil
    }
    self = found
  }
}
extension SoundFormat.Samples: ExpressibleByArgument {}
extension ClipMode: ExpressibleByArgument {}

/// Where a command line writes, whatever else it says.
private struct Destination: ParsableArguments {
  @Option(name: .shortAndLong) var output: String?
  @Argument(parsing: .allUnrecognized) var others: [String] = []

  /// The format that a file's name says.
  var container: SoundFormat.Container? {
    output.flatMap { try? OutputTemplate($0) }?.namedContainer
  }
}

@main
struct APEncode: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-encode",
    abstract: "Write each track of a stream to a sound file.",
    discussion: "Reads a stream on standard input.",
    version: Suite.version)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      """
      Where to write: a path with {track}, {source}, {index} or {segment} in it, or - for \
      standard output.
      """,
      valueName: "template"), completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp(
      """
      The format of the files; aac and alac are MP4 files, and stem.mp4 is one of all tracks, for DJ \
      software. (default: the extension in the template)
      """, valueName: "format"))
  var format: SoundFormat.Container?

  @Option(
    help: ArgumentHelp(
      "Bits per sample; f32 is 32-bit float. (default: f32 for wav, 24 for flac, alac and aiff)",
      valueName: "bits"),
    completion: .list(["16", "24", "f32"]))
  var bits: SoundFormat.Samples?

  @Option(
    help: ArgumentHelp(
      "Kilobits a second of mp3, opus or aac. (default: a fixed quality; 256 for aac in stereo)",
      valueName: "kbit/s"),
    completion: .list(["96", "128", "192", "256", "320"]), transform: Self.bitRate)
  var bitrate: Int?

  @Option(
    help: ArgumentHelp(
      """
      What to do about samples beyond full scale: none leaves them to the format, clamp clips \
      them, gain makes all tracks quieter by one factor.
      """, valueName: "mode"))
  var clip: ClipMode = .none

  @Flag(help: "Hide the rounding to 16 or 24 bits under faint noise.")
  var dither = false

  @Option(
    help: ArgumentHelp(
      "Convert to this sample rate in Hz, or to that of the source's file.",
      valueName: "hz|source"), completion: .list(["source", "44100", "48000", "96000"]),
    transform: Self.rate)
  var rate: EncodingOptions.Rate?

  @Option(
    help: ArgumentHelp("Write only these tracks, separated by commas.", valueName: "names"),
    completion: .trackNames)
  var tracks: String?

  @Flag(help: "Replace files that exist.")
  var force = false

  @OptionGroup var common: CommonOptions

  static let writesStream = false

  static let examples = ["wav", "flac", "mp3", "opus", "stem.mp4"].map { ["--output=mix.\($0)"] }

  /// The end of a file's name says its format, and a file that lies about it is no use.
  static func isAnswered(_ option: FilterOption, by words: [String]) -> Bool {
    guard option.name == "format", let named = (try? Destination.parse(words))?.container else {
      return false
    }
    let asked = option.values.last.flatMap(SoundFormat.Container.init(argument:))
    // An .m4a file has AAC, unless ALAC is asked for.
    return !(named == .aac && asked == .alac)
  }

  /// Nothing comes after this filter that could read them.
  var historyOptions: [String: JSONValue] { [:] }

  func options() throws(FilterError) -> EncodingOptions {
    var options = EncodingOptions(template: try OutputTemplate(output))
    options.container = format
    options.samples = bits
    options.bitRate = bitrate
    options.clip = clip
    options.dithers = dither
    options.rate = rate
    options.tracks = tracks.map(Track.names(typed:))?.filter { !$0.isEmpty }
    options.overwrites = force
    return options
  }

  private static func bitRate(_ text: String) throws -> Int {
    guard let kilobits = Int(text.hasSuffix("k") ? String(text.dropLast()) : text),
      (1...10_000).contains(kilobits)
    else { throw ValidationError("It must be a number of kilobits per second, such as 192.") }
    return 1000 * kilobits
  }

  private static func rate(_ text: String) throws -> EncodingOptions.Rate {
    if text == "source" { return .source }
    guard let rate = Int(text), (1000...768_000).contains(rate) else {
      throw ValidationError("It must be source, or a number between 1000 and 768000.")
    }
    return .hertz(rate)
  }

  func validate() throws {
    do {
      if try options().tracks?.isEmpty == true { throw ValidationError("--tracks names no track.") }
      _ = try options().format()
    } catch let error as FilterError {
      throw ValidationError(error.description)
    }
  }

  func repeatability() -> Repeatability {
    .effective("It writes sound files, not a stream.")
  }

  func run(in context: FilterContext) throws {
    try Encoding.run(options(), in: context)
  }
}
