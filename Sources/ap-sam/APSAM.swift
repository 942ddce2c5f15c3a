import APCommand
import APCore
package import ArgumentParser
package import SAMAudio
import Separation
package import Tensors

@main
struct APSAM: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-sam", abstract: "Separate what text prompts describe, with SAM-Audio.",
    version: Suite.version)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Take this model: a name or a folder. (default: \(SAMModels.preferred.name))",
      valueName: "model"),
    completion: .custom { _, _, _ in SAMModels.standard.installedNames })
  var model: String?

  @Flag(help: "Show which models there are, and end.")
  var listModels = false

  @Option(
    help: ArgumentHelp("Give the sound that this describes; repeat for more.", valueName: "text"))
  var prompt: [String] = []

  @Option(
    help: ArgumentHelp("Take prompts from this file too, one a line.", valueName: "file"),
    completion: .file())
  var promptsFile: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "From 1.2 to 3.4 s the sound is there (+1.2..3.4), or is not (-1.2..3.4).",
      valueName: "span"))
  var span: [AnchorSpan] = []

  @Option(help: ArgumentHelp("How the solver steps.", valueName: "method"))
  var solver = ODESolver.Method.midpoint

  @Option(help: ArgumentHelp("Take this many steps: fewer are faster, and worse.", valueName: "n"))
  var steps = 16

  @Option(
    help: ArgumentHelp("Draw noise as PyTorch does after torch.manual_seed(n).", valueName: "n"))
  var seed: UInt64 = 0

  @Flag(help: "Give what is left without each sound, too.")
  var residual = false

  @Flag(help: "Look for each prompt in what the one before left; give the last rest.")
  var chainResiduals = false

  @Flag(help: "Give stereo, with sounds placed as in the source.")
  var stereo = false

  @Option(help: ArgumentHelp("Add the model's inaudible watermark.", valueName: "on|off"))
  var watermark = Switch.on

  @Option(
    help: ArgumentHelp(
      "Keep weights in memory like this; bf16 halves them. (default: as stored)",
      valueName: "f32|bf16|f16"))
  var weights: WeightFormat?

  @OptionGroup var common: CommonOptions

  enum Switch: String, CaseIterable, ExpressibleByArgument {
    case on, off
  }

  var historyOptions: [String: JSONValue] { request.history }

  var writesStream: Bool { !listModels }

  func validate() throws {
    guard !listModels else { return }
    if prompt.isEmpty, promptsFile == nil {
      throw ValidationError("Say what to separate: --prompt or --prompts-file is missing.")
    }
    if !(1...1000).contains(steps) { throw ValidationError("--steps must be in 1...1000.") }
  }

  func repeatability() throws -> Repeatability {
    listModels ? .changing : try request.repeatability()
  }

  func run(in context: FilterContext) throws {
    guard !listModels else {
      return try context.write(text: SAMModels.standard.table().text)
    }
    var request = request
    request.threads = context.settings.threads
    try request.run(in: context)
  }

  private var request: SAMRequest {
    var request = SAMRequest()
    request.model = model
    request.prompts = prompt
    request.promptsFile = promptsFile
    request.settings.method = solver
    request.settings.steps = steps
    request.settings.seed = seed
    request.settings.spans = span
    request.settings.givesResiduals = residual
    request.settings.chainsResiduals = chainResiduals
    request.settings.hasWatermark = watermark == .on
    request.isStereo = stereo
    request.weights = weights
    return request
  }
}

extension AnchorSpan: ExpressibleByArgument {
  /// Reads a value of `--span`.
  package init?(argument: String) {
    self.init(argument)
  }
}

extension ODESolver.Method: ExpressibleByArgument {}
extension WeightFormat: ExpressibleByArgument {}
