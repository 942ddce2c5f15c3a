import APCommand
import APCore
internal import ArgumentParser
import NetworkCommand
package import SAMAudio
import Separation

@main
struct APSAM: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-sam",
    abstract: "Separate the sounds that text prompts describe, with SAM-Audio.",
    version: Suite.version)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Use this model: a name or a folder. (default: \(SAMModels.preferred.name))",
      valueName: "model"),
    completion: .custom { _, _, _ in SAMModels.standard.installedNames })
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
      "Separate the sound that this text describes; can be repeated.", valueName: "text"))
  var prompt: [String] = []

  @Option(
    help: ArgumentHelp("Read more prompts from this file, one per line.", valueName: "file"),
    completion: .file())
  var promptsFile: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Say when the sounds are heard (+1.2..3.4: from 1.2 to 3.4 s) or not heard (-1.2..3.4); can \
      be repeated.
      """,
      valueName: "span"), transform: AnchorSpan.argument)
  var span: [AnchorSpan] = []

  @Option(
    help: ArgumentHelp(
      "The solver: midpoint runs the network twice per step, euler and ab2 once.",
      valueName: "method"))
  var solver = ODESolver.Method.midpoint

  @Option(
    help: ArgumentHelp(
      "Take this many solver steps: fewer are faster, but sound worse.", valueName: "n"))
  var steps = 16

  @Option(
    help: ArgumentHelp(
      "Choose the random noise to start from, as PyTorch's torch.manual_seed(n) does.",
      valueName: "n"))
  var seed: UInt64 = 0

  @Flag(help: "Also write, for each prompt, everything but its sound.")
  var residual = false

  @Flag(
    help: """
      Take the sounds out one after the other: look for each in what the one before left, and \
      also write what is left at the end.
      """)
  var chainResiduals = false

  @Flag(help: "Write stereo, with each sound placed as in the source.")
  var stereo = false

  @Option(
    help: ArgumentHelp("Whether to add the model's inaudible watermark.", valueName: "on|off"))
  var watermark = Switch.on

  @OptionGroup var numerics: NumericsOptions

  @OptionGroup var common: CommonOptions

  enum Switch: String, CaseIterable, ExpressibleByArgument {
    case on, off
  }

  var historyOptions: [String: JSONValue] { request.history }

  var writesStream: Bool { !listModels }

  func validate() throws {
    if json, !listModels { throw ValidationError("--json needs --list-models.") }
    guard !listModels else { return }
    if prompt.isEmpty, promptsFile == nil {
      throw ValidationError("Say what to separate: --prompt or --prompts-file is missing.")
    }
    if !(1...1000).contains(steps) { throw ValidationError("--steps must be between 1 and 1000.") }
  }

  func repeatability() throws -> Repeatability {
    listModels ? .changing : try request.repeatability()
  }

  func run(in context: FilterContext) throws {
    guard !listModels else {
      let store = SAMModels.standard
      return try context.write(text: json ? store.jsonLines() : store.table().text)
    }
    var request = request
    request.threads = context.settings.threads
    try request.run(in: context)
  }

  private var request: SAMRequest {
    var request = SAMRequest()
    request.model = model
    request.track = track
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
    request.precision = numerics.precision
    request.weights = numerics.weights
    return request
  }
}

extension AnchorSpan {
  /// The value of `--span`.
  fileprivate static func argument(_ text: String) throws -> AnchorSpan {
    guard let span = AnchorSpan(text) else {
      throw ValidationError(
        "It must be + or - and two times that follow each other: +1.2..3.4 or -0:59..1:02.")
    }
    return span
  }
}

extension ODESolver.Method: ExpressibleByArgument {}
