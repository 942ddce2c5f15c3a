import APCommand
import APCore
internal import ArgumentParser
import NetworkCommand
import Roformer
import Separation

@main
struct APRoformer: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-roformer",
    abstract: "Separate music with a BS-RoFormer or a Mel-Band RoFormer.", version: Suite.version)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Use this model: a name, or a checkpoint with its YAML file next to it.",
      valueName: "model"),
    completion: .custom { _, _, _ in RoformerModels.standard.installedNames })
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
    help: ArgumentHelp(
      "Write only these stems, separated by commas.",
      valueName: "names"),
    transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
  var stems: [String] = []

  @Option(
    help: ArgumentHelp("Write two tracks: this stem, and the mix minus it.", valueName: "stem"))
  var twoStems: String?

  @Option(
    help: ArgumentHelp(
      "Cover each moment by this many chunks: slower, and a little better. (default: the model's)",
      valueName: "n"))
  var overlap: Int?

  @Option(
    help: ArgumentHelp(
      "Cut the track into chunks of this length. (default: the model's)", valueName: "time"),
    transform: Seconds.argument)
  var chunk: Seconds?

  @OptionGroup var numerics: NumericsOptions

  @OptionGroup var common: CommonOptions

  var historyOptions: [String: JSONValue] { request.history }

  var writesStream: Bool { !listModels }

  func validate() throws {
    if json, !listModels { throw ValidationError("--json needs --list-models.") }
    let names = stems.map(StemNames.trackName)
    if names.contains("") || Set(names).count != names.count {
      throw ValidationError("--stems takes different names, separated by commas.")
    }
    if !stems.isEmpty, twoStems != nil {
      throw ValidationError("Give only one of --stems and --two-stems.")
    }
    if let overlap, !(1...64).contains(overlap) {
      throw ValidationError("--overlap must be between 1 and 64.")
    }
    if chunk?.value == 0 { throw ValidationError("--chunk must be more than 0 seconds.") }
  }

  func repeatability() throws -> Repeatability {
    listModels ? .changing : try request.repeatability()
  }

  func run(in context: FilterContext) throws {
    guard !listModels else {
      let store = RoformerModels.standard
      return try context.write(text: json ? store.jsonLines() : store.table().text)
    }
    var request = request
    request.threads = context.settings.threads
    try request.run(in: context)
  }

  private var request: RoformerRequest {
    var request = RoformerRequest()
    request.model = model
    request.track = track
    request.stems = stems
    request.twoStems = twoStems
    request.overlap = overlap
    request.chunkSeconds = chunk?.value
    request.precision = numerics.precision
    request.weights = numerics.weights
    return request
  }
}
