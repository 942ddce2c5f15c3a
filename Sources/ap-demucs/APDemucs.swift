import APCommand
import APCore
internal import ArgumentParser
internal import Demucs
import NetworkCommand
internal import Separation

@main
struct APDemucs: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-demucs", abstract: "Separate music into stems with Demucs v4.",
    discussion: Seconds.help,
    version: Suite.version)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Use this model: a name or a file. (default: htdemucs if installed, else the small one)",
      valueName: "model"),
    completion: .custom { _, _, _ in DemucsModels.standard.installedNames })
  var model: String?

  @Flag(help: "List the known and the installed models, and exit.")
  var listModels = false

  @Flag(help: "With --list-models: write a line of JSON per model.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Separate this track, and pass the others on; the only one, or mix, if not given.",
      valueName: "name"))
  var track: String?

  @Option(
    help: ArgumentHelp("Write only these stems, separated by commas.", valueName: "names"),
    completion: .list(Self.stemNames),
    transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
  var stems: [String] = []

  @Option(
    help: ArgumentHelp("Write two tracks: this stem, and everything else.", valueName: "stem"),
    completion: .list(Self.stemNames))
  var twoStems: String?

  @Option(
    help: ArgumentHelp(
      """
      How to make everything else: the sum of the other stems, or the mix minus the stem. \
      (default: sum)
      """,
      valueName: "sum|minus"))
  var other: OtherStem?

  @Flag(help: "Also write the mix minus all stems.")
  var residual = false

  @Flag(help: "Add a part of that residual to each stem, so that all stems sum to the mix.")
  var sumToMix = false

  @Option(
    help: ArgumentHelp(
      "Average this many passes, each shifted at random: slower, and a little better.",
      valueName: "n"))
  var shifts = 0

  @Option(
    help: ArgumentHelp(
      "Choose the random shifts, as Python's random.seed(n) does. (default: 0)", valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp("Overlap segments by this fraction of their length.", valueName: "part"))
  var overlap = 0.25

  @Option(
    help: ArgumentHelp(
      """
      Cut the track into segments of this length. (default: as in training, which is also the \
      maximum)
      """, valueName: "time"), transform: Seconds.argument)
  var segment: Seconds?

  @Option(
    help: ArgumentHelp(
      "Normalize by the loudness of the whole track, or of each segment alone, for live input.",
      valueName: "track|window"))
  var normalize = Normalize.track

  @OptionGroup var numerics: NumericsOptions

  @OptionGroup var common: CommonOptions

  /// Those of the released models, to complete.
  private static let stemNames = ["bass", "drums", "guitar", "other", "piano", "vocals"]

  enum Normalize: String, CaseIterable, ExpressibleByArgument {
    case track, window
  }

  var historyOptions: [String: JSONValue] { request.history }

  var writesStream: Bool { !listModels }

  func validate() throws {
    if json, !listModels { throw ValidationError("--json needs --list-models.") }
    if stems.contains("") || Set(stems).count != stems.count {
      throw ValidationError("--stems takes different names, separated by commas.")
    }
    if !stems.isEmpty, twoStems != nil {
      throw ValidationError("Give only one of --stems and --two-stems.")
    }
    if other != nil, twoStems == nil {
      throw ValidationError("--other needs --two-stems.")
    }
    if residual, sumToMix {
      throw ValidationError("With --sum-to-mix, nothing is left for --residual.")
    }
    if !(0...1000).contains(shifts) {
      throw ValidationError("--shifts must be between 0 and 1000.")
    }
    if seed != nil, shifts == 0 { throw ValidationError("--seed needs --shifts.") }
    if !(0...0.99).contains(overlap) {
      throw ValidationError("--overlap must be between 0 and 0.99.")
    }
    if segment?.value == 0 { throw ValidationError("--segment must be more than 0 seconds.") }
  }

  func repeatability() throws -> Repeatability {
    listModels ? .changing : try request.repeatability()
  }

  func run(in context: FilterContext) throws {
    guard !listModels else {
      let store = DemucsModels.standard
      return try context.write(text: json ? store.jsonLines() : store.table().text)
    }
    var request = request
    request.threads = context.settings.threads
    try request.run(in: context)
  }

  private var request: DemucsRequest {
    var request = DemucsRequest()
    request.model = model
    request.track = track
    request.stems = stems
    request.twoStems = twoStems
    request.other = other ?? .sum
    request.givesResidual = residual
    request.sumsToMix = sumToMix
    request.settings = PassSettings(
      overlap: overlap, segmentSeconds: segment?.value, shifts: shifts, seed: seed ?? 0)
    request.normalizesSegments = normalize == .window
    request.precision = numerics.precision
    request.weights = numerics.weights
    return request
  }
}

extension OtherStem: ExpressibleByArgument {}
