import APCommand
import APCore
internal import ArgumentParser
import NetworkCommand
import Roformer
import Separation

@main
struct APRoformer: NetworkFilter {
  static let configuration = CommandConfiguration(
    commandName: "ap-roformer",
    abstract: "Separate music with a BS-RoFormer or a Mel-Band RoFormer.",
    discussion: Seconds.help,
    version: Suite.version)

  @OptionGroup var source: ModelOptions<RoformerModels>

  @Option(
    help: ArgumentHelp(
      "Take this YAML file of the model. (default: the one next to the checkpoint)",
      valueName: "file"), completion: .file())
  var config: String?

  @OptionGroup var music: StemOptions

  @Option(
    help: ArgumentHelp(
      "Cover each moment by this many chunks: slower, and a little better. (default: the model's)",
      valueName: "n"), transform: Self.overlap)
  var overlap: Int?

  @Option(
    help: ArgumentHelp(
      "Cut the track into chunks of this length. (default: the model's)", valueName: "time"),
    transform: Seconds.argument)
  var chunk: Seconds?

  @OptionGroup var numerics: NumericsOptions

  @OptionGroup var common: CommonOptions

  /// A YAML file belongs to the model that it was said with.
  static func isAnswered(_ option: FilterOption, by words: [String]) -> Bool {
    option.name == "config"
      && words.contains { $0 == "-m" || $0 == "--model" || $0.hasPrefix("--model=") }
  }

  private static func overlap(_ text: String) throws -> Int {
    guard let chunks = Int(text), (1...64).contains(chunks) else {
      throw ValidationError(
        "It must be a whole number from 1 to 64: so many chunks cover each moment.")
    }
    return chunks
  }

  func validate() throws {
    try music.check(music.stems.map(StemNames.trackName))
    if chunk?.value == 0 { throw ValidationError("--chunk must be more than 0 seconds.") }
  }

  func fill(_ request: inout RoformerRequest) {
    request.modelConfiguration = config
    request.stems = music.stems
    request.twoStems = music.twoStems
    request.overlap = overlap
    request.chunkSeconds = chunk?.value
  }
}
