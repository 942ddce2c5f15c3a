import APCommand
import APCore
package import ArgumentParser
package import Demucs
package import Separation

@main
struct APDemucs: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-demucs", abstract: "Separate music into stems with Demucs v4.",
    version: Suite.version)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Take this model: a name or a file; htdemucs, or else the small one, if not given.",
      valueName: "model"),
    completion: .custom { _, _, _ in DemucsModels.standard.installedNames })
  var model: String?

  @Flag(help: "Show which models there are, and end.")
  var listModels = false

  @Option(
    help: ArgumentHelp("Give these stems only, separated by commas.", valueName: "names"),
    completion: .list(Self.stemNames),
    transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
  var stems: [String] = []

  @Option(
    help: ArgumentHelp("Give this stem and all the rest as one.", valueName: "stem"),
    completion: .list(Self.stemNames))
  var twoStems: String?

  @Option(
    help: ArgumentHelp(
      "What the rest is: the sum of the other stems, or the mix minus the stem.",
      valueName: "sum|minus"))
  var other: OtherStem?

  @Option(help: ArgumentHelp("Average this many randomly shifted passes.", valueName: "n"))
  var shifts = 0

  @Option(
    help: ArgumentHelp("Draw the shifts as Python does after random.seed(n).", valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp("Let segments overlap by this part of their length.", valueName: "part"))
  var overlap = 0.25

  @Option(
    help: ArgumentHelp(
      "Cut into segments this long; as long as in training if not given.", valueName: "seconds"))
  var segment: Double?

  @Option(
    help: ArgumentHelp(
      "Normalize by the figures of the whole track, or of each segment's window.",
      valueName: "track|window"))
  var normalize = Normalize.track

  @Option(
    help: ArgumentHelp(
      "Multiply these numbers: bf16 is faster where the processor has it, and less exact.",
      valueName: "f32|bf16|auto"))
  var precision = ProductPrecision.f32

  @OptionGroup var common: CommonOptions

  /// Those of the released models, to complete.
  private static let stemNames = ["bass", "drums", "guitar", "other", "piano", "vocals"]

  enum Normalize: String, CaseIterable, ExpressibleByArgument {
    case track, window
  }

  var historyOptions: [String: JSONValue] { request.history }

  var writesStream: Bool { !listModels }

  func validate() throws {
    if stems.contains("") || Set(stems).count != stems.count {
      throw ValidationError("--stems takes different names, separated by commas.")
    }
    if !stems.isEmpty, twoStems != nil {
      throw ValidationError("Give one of --stems and --two-stems.")
    }
    if other != nil, twoStems == nil {
      throw ValidationError("--other needs --two-stems.")
    }
    if !(0...1000).contains(shifts) { throw ValidationError("--shifts must be in 0...1000.") }
    if seed != nil, shifts == 0 { throw ValidationError("--seed needs --shifts.") }
    if !(0...0.99).contains(overlap) { throw ValidationError("--overlap must be in 0...0.99.") }
    if let segment, !(segment > 0 && segment.isFinite) {
      throw ValidationError("--segment must be more than 0 seconds.")
    }
  }

  func repeatability() throws -> Repeatability {
    listModels ? .changing : try request.repeatability()
  }

  func run(in context: FilterContext) throws {
    guard !listModels else {
      return try context.write(text: DemucsModels.standard.table().text)
    }
    var request = request
    request.threads = context.settings.threads
    try request.run(in: context)
  }

  private var request: DemucsRequest {
    var request = DemucsRequest()
    request.model = model
    request.stems = stems
    request.twoStems = twoStems
    request.other = other ?? .sum
    request.settings = PassSettings(
      overlap: overlap, segmentSeconds: segment, shifts: shifts, seed: seed ?? 0)
    request.normalizesSegments = normalize == .window
    request.precision = precision
    return request
  }
}

extension OtherStem: ExpressibleByArgument {}
extension ProductPrecision: ExpressibleByArgument {}
