import APCommand
import APCore
import ArgumentParser

@main
struct APSegment: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-segment",
    abstract: "Cut a stream into overlapping windows.",
    discussion: "Reads a stream on standard input and writes it, windowed, to standard output.",
    version: Suite.version)

  @Option(help: ArgumentHelp("Length of every window but the last. (default: 30)", valueName: "s"))
  var length: Double?

  @Option(
    help: ArgumentHelp(
      "What neighbours share. (default: 2, at most half of --length; 0 with --min-length)",
      valueName: "s"))
  var overlap: Double?

  @Option(
    help: ArgumentHelp(
      "Make as few windows as fit, none shorter than this unless it must be.", valueName: "s"))
  var minLength: Double?

  @Option(
    help: ArgumentHelp(
      """
      And none longer than this: even in length where the stream's is known, else cut where it \
      is quietest.
      """, valueName: "s"))
  var maxLength: Double?

  @Option(
    help: ArgumentHelp(
      "Write the first windows of each track only, and leave the rest out.", valueName: "n"))
  var maxSegments: Int?

  @Option(help: ArgumentHelp("The fade that ap-xfade shall join them with.", valueName: "curve"))
  var fade: Fade = .cosine

  @OptionGroup var common: CommonOptions

  var windows: WindowOptions {
    WindowOptions(
      length: length, overlap: overlap, minLength: minLength, maxLength: maxLength)
  }

  func validate() throws {
    if let problem = windows.problem { throw ValidationError(problem) }
    if let maxSegments, maxSegments < 1 {
      throw ValidationError("--max-segments must be at least 1.")
    }
  }

  var historyOptions: [String: JSONValue] {
    var options = windows.json
    options["fade"] = .string(fade.rawValue)
    options["max-segments"] = maxSegments.map { JSONValue($0) }
    return options
  }

  func repeatability() -> Repeatability { .repeatable(input: .stream) }

  func run(in context: FilterContext) throws {
    let cutting = Segmentation(windows: windows, fade: fade, most: maxSegments)
    try cutting.run(in: context)
  }
}
