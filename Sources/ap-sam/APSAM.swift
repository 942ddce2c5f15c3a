import APCommand
import APCore
internal import ArgumentParser
import NetworkCommand
package import SAMAudio
import Separation

@main
struct APSAM: NetworkFilter {
  static let configuration = CommandConfiguration(
    commandName: "ap-sam",
    abstract: "Separate the sounds that text prompts describe, with SAM-Audio.",
    version: Suite.version)

  @OptionGroup var source: ModelOptions<SAMModels>

  @Option(
    help: ArgumentHelp(
      "Separate the sound that this text describes; can be repeated.", valueName: "text"),
    transform: { Placed($0) })
  var prompt: [Placed<String>] = []

  @Option(
    help: ArgumentHelp("Read more prompts from this file, one per line.", valueName: "file"),
    completion: .file())
  var promptsFile: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Say when the sound of the prompt before it is heard (+1.2..3.4: from 1.2 to 3.4 s) or not \
      heard (-1.2..3.4); can be repeated.
      """,
      valueName: "span"), transform: { Placed(try AnchorSpan.argument($0)) })
  var span: [Placed<AnchorSpan>] = []

  @Flag(
    help: """
      Predict when the sounds are heard, with PE-A-Frame, and let the model know; costs little, and \
      helps most with sounds that come and go.
      """)
  var predictSpans = false

  @Option(
    help: ArgumentHelp(
      "Predict spans with this model: small, base, large or a folder. (default: small)",
      valueName: "model"), completion: .list(["small", "base", "large"]))
  var spanModel: String?

  @Option(
    help: ArgumentHelp(
      "Predict a span where a sound is more probable than this. (default: 0.3)", valueName: "p"),
    transform: (0...1).argument)
  var spanThreshold: Double?

  @Option(
    help: ArgumentHelp(
      """
      Make each sound so many times from other noise, and keep the best; costs as many times more. \
      (default: 1)
      """,
      valueName: "n"), transform: (1...64).argument)
  var candidates = 1

  @Option(
    help: ArgumentHelp("Choose the best candidate with this ranker.", valueName: "ranker"))
  var ranker: RankerKind?

  @Option(
    help: ArgumentHelp(
      "Use this Judge: a folder. (default: the installed one)", valueName: "model"),
    completion: .directory)
  var judgeModel: String?

  @Option(
    help: ArgumentHelp(
      "Use this CLAP: a folder. (default: the installed one)", valueName: "model"),
    completion: .directory)
  var clapModel: String?

  @Option(
    help: ArgumentHelp(
      "The solver: midpoint runs the network twice per step, euler and ab2 once.",
      valueName: "method"))
  var solver = ODESolver.Method.midpoint

  @Option(
    help: ArgumentHelp(
      "Take this many solver steps: fewer are faster, but sound worse. (default: 16)",
      valueName: "n"), transform: (1...1000).argument)
  var steps = 16

  @Option(
    help: ArgumentHelp(
      """
      Choose the random noise to start from, as PyTorch's torch.manual_seed(n) does. (default: 0)
      """,
      valueName: "n"), transform: (0...UInt64.max).argument)
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

  static let examples = [["--prompt=dog"]]

  func validate() throws {
    guard !source.listModels else { return }
    if prompt.isEmpty, span.isEmpty, promptsFile == nil {
      throw ValidationError("Say what to separate: --prompt or --prompts-file is missing.")
    }
    let firstPrompt = prompt.first?.place ?? (promptsFile == nil ? 0 : .max)
    if let stray = span.first(where: { $0.place < firstPrompt }) {
      throw ValidationError(
        "The span \(stray.value.text) has no --prompt before it that it could belong to; for a sound "
          + "without words, give --prompt '' before it.")
    }
    if !predictSpans, spanModel != nil {
      throw ValidationError("--span-model needs --predict-spans.")
    }
    if !predictSpans, spanThreshold != nil {
      throw ValidationError("--span-threshold needs --predict-spans.")
    }
    if candidates > 1, ranker == nil {
      throw ValidationError(
        "--candidates needs a ranker to choose among them, as in --ranker judge.")
    }
    if ranker != nil, candidates == 1 {
      throw ValidationError("--ranker needs several candidates, as in --candidates 8.")
    }
    if judgeModel != nil, ranker?.hasJudge != true {
      throw ValidationError("--judge-model needs --ranker judge or --ranker ensemble.")
    }
    if clapModel != nil, ranker?.hasCLAP != true {
      throw ValidationError("--clap-model needs --ranker clap or --ranker ensemble.")
    }
  }

  /// A span belongs to the prompt before it; where there is no prompt, all tell of one sound.
  private var sounds: [SoundDescription] {
    var sounds = prompt.map { SoundDescription($0.value) }
    if sounds.isEmpty, !span.isEmpty { sounds = [SoundDescription("")] }
    for span in span {
      let owner = prompt.lastIndex { $0.place < span.place } ?? 0
      sounds[owner].spans.append(span.value)
    }
    return sounds
  }

  func fill(_ request: inout SAMRequest) {
    request.prompts = sounds
    request.promptsFile = promptsFile
    request.predictsSpans = predictSpans
    request.spanModel = spanModel
    if let spanThreshold { request.spanThreshold = spanThreshold }
    request.ranker = ranker
    request.judgeModel = judgeModel
    request.clapModel = clapModel
    request.settings.candidates = candidates
    request.settings.method = solver
    request.settings.steps = steps
    request.settings.seed = seed
    request.settings.givesResiduals = residual
    request.settings.chainsResiduals = chainResiduals
    request.settings.hasWatermark = watermark == .on
    request.isStereo = stereo
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

extension RankerKind: ExpressibleByArgument {}
