import APCommand
import APCore
import ArgumentParser
import Pictures

@main
struct APView: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-view",
    abstract: "Draw a picture of a stream, and pass the stream on.",
    discussion: """
      Reads a stream on standard input, and writes the same bytes to standard output.
      """,
    version: Suite.version)

  @Option(
    help: ArgumentHelp("Write the picture to this PNG file.", valueName: "file"),
    completion: .file())
  var png: String

  @Flag(help: "Draw frequencies over time, or samples over time.")
  var kind = Kind.spectrogram

  @Option(
    help: ArgumentHelp("Make the picture this many pixels wide. (default: 1080)", valueName: "n"),
    transform: StreamPicture.widths.argument)
  var width: Int?

  @Option(
    help: ArgumentHelp(
      "Write this above the picture. (default: the name of the stream's source)",
      valueName: "text"))
  var title: String?

  @Flag(help: "Replace a file that exists.")
  var force = false

  @OptionGroup var common: CommonOptions

  enum Kind: EnumerableFlag {
    case spectrogram, waveform
  }

  static let examples = [["--png=picture.png"]]

  /// The stream passes as it came: there is nothing to tell.
  var historyOptions: [String: JSONValue] { [:] }

  func validate() throws {
    if png == "-" {
      throw ValidationError(
        "Standard output carries the stream. Give --png a file, such as picture.png.")
    }
  }

  func repeatability() -> Repeatability {
    .effective("It writes a picture besides the stream.")
  }

  func run(in context: FilterContext) throws {
    let kind: StreamPicture.Kind = kind == .spectrogram ? .spectrogram : .waveform
    try Viewing(kind: kind, file: png, width: width, title: title, overwrites: force).run(
      in: context)
  }
}
