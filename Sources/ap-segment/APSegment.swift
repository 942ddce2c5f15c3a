import APCommand
import APCore
import ArgumentParser

@main
struct APSegment: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-segment",
    abstract: "Cut a stream into overlapping windows.",
    discussion: """
      Reads a stream on standard input and writes it, windowed, to standard output.
      \(Seconds.help)
      """,
    version: Suite.version)

  @Option(
    help: ArgumentHelp(
      "The length of every window but the last. (default: 30)", valueName: "time"),
    transform: Seconds.argument)
  var length: Seconds?

  @Option(
    help: ArgumentHelp(
      """
      How much a window shares with the next. (default: 2, at most half of --length; 0 with \
      --min-length)
      """,
      valueName: "time"), transform: Seconds.argument)
  var overlap: Seconds?

  @Option(
    help: ArgumentHelp(
      """
      With --max-length: make as few windows as possible, none shorter than this where the sound \
      allows it.
      """, valueName: "time"), transform: Seconds.argument)
  var minLength: Seconds?

  @Option(
    help: ArgumentHelp(
      """
      With --min-length: make no window longer than this. Windows are of equal length or, if the \
      stream's length is unknown, end where the sound is quietest.
      """, valueName: "time"), transform: Seconds.argument)
  var maxLength: Seconds?

  @Option(
    help: ArgumentHelp(
      "Write only the first n windows of each track, for a trial.", valueName: "n"),
    transform: (1...Int.max).argument)
  var maxSegments: Int?

  @Option(
    help: ArgumentHelp(
      "The fade with which ap-xfade will join the windows.", valueName: "curve"))
  var fade: Fade = .cosine

  @OptionGroup var common: CommonOptions

  var windows: WindowOptions {
    WindowOptions(
      length: length?.value, overlap: overlap?.value, minLength: minLength?.value,
      maxLength: maxLength?.value)
  }

  func validate() throws {
    if let problem = windows.problem { throw ValidationError(problem) }
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
