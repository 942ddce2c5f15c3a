package import APCore
internal import Checkpoints
internal import Separation
package import Tensors

/// What `ap-sam` is asked to do with the stream on standard input.
package struct SAMRequest: Sendable {
  /// A model's name or path (`SAMModels.find`); nil: the preferred one.
  package var model: String?
  /// The track that is separated; nil: the only one, or the mix.
  package var track: String?
  /// Words that describe a sound each.
  package var prompts: [String] = []
  /// A file with more of them.
  package var promptsFile: String?
  /// How windows are separated.
  package var settings = SAMSettings()
  /// Whether sounds come out in stereo, placed as the source is.
  package var isStereo = false
  /// In what large weights are kept in memory; nil: as they are stored.
  package var weights: NumberFormat?
  /// What the network multiplies. The codec's products are of float32 whichever it is.
  package var precision = ProductPrecision.f32
  /// Threads; nil: as many as there are processors.
  package var threads: Int?

  /// All defaults, and no prompt yet.
  package init() {}

  /// Reads a stream from standard input and writes the sounds that are asked for to standard output.
  ///
  /// - Throws: `FilterError`: of the stream, of the model, of the file of prompts; `usage` for prompts that cannot
  ///   be tracks side by side.
  package func run(in context: FilterContext, store: SAMModels = .standard) throws {
    let reader = try context.openInput()
    let writer = try context.openOutput()
    let prompts = try allPrompts()
    let model = try store.find(model).open()

    // Weights are large: what can be refused is refused before they are loaded.
    let limit = WindowLimit(model.config)
    let input = try NetworkInput(
      reader, track: track, passingTo: writer, rate: limit.rate, channels: isStereo ? 2 : 1)
    if let notice = model.notice { context.log.info(notice) }
    if case .contiguous = input.header.layout { try limit.check(input.frames ?? 0, window: nil) }

    let numerics = Numerics(stored: weights, multiplied: precision.format(in: context))
    let workers = Workers(threads: threads)
    let separator = try separator(model, prompts, numerics, workers, context.report)
    var entry = context.historyEntry
    entry.options["precision"] = .string(numerics.multiplied.rawValue)
    entry.options["prompts"] = JSONValue(prompts.map(\.words))
    entry.options["model"] = try model.identity(workers: workers)
    try PromptSeparation(
      input, limit: limit, separator: separator,
      draws: draws(model.config),
      outputs: OutputTrack.all(prompts, settings: settings),
      image: isStereo ? try StereoImage() : nil, writer: writer, progress: context.progress
    ).run(historyEntry: entry)
  }

  /// What the stream's history says of the request; what is found out as it runs takes its place there: the prompts, the
  /// model, and what is multiplied.
  package var history: [String: JSONValue] {
    [
      "chain-residuals": .bool(settings.chainsResiduals),
      "precision": .string(precision.rawValue),
      "residual": .bool(settings.givesResiduals),
      "seed": .number(String(settings.seed)),
      "solver": .string(settings.method.rawValue),
      "span": JSONValue(settings.spans.map(\.text)),
      "steps": JSONValue(settings.steps),
      "stereo": .bool(isStereo),
      "track": track.map { .string($0) } ?? .null,
      "watermark": .string(settings.hasWatermark ? "on" : "off"),
      "weights": weights.map { .string($0.rawValue) } ?? .null,
    ]
  }

  /// Whether an earlier run's output can stand in for this one's.
  ///
  /// - Throws: what `run` would throw of prompts, and of a model that is missing.
  package func repeatability(store: SAMModels = .standard) throws -> Repeatability {
    let prompts = try allPrompts()
    let location = try store.find(model)
    return .repeatable(
      input: .stream, files: try location.paths(),
      options: ["model": .string(location.name), "prompts": JSONValue(prompts.map(\.words))])
  }

  private func allPrompts() throws(FilterError) -> [Prompt] {
    try Prompt.list(
      prompts + (promptsFile.map(PromptFile.prompts) ?? []),
      reserved: settings.chainsResiduals ? OutputTrack.lastResidual : nil)
  }

  /// The noise of a window follows from the seed and the window's number, and from nothing else.
  private func draws(_ config: SAMAudioConfig) -> (_ window: Int, _ frames: Int) -> WindowDraws {
    { WindowDraws(seed: settings.seed &+ UInt64($0), frames: $1, config: config) }
  }

  private func separator(
    _ model: SAMAudioModel, _ prompts: [Prompt], _ numerics: Numerics, _ workers: Workers,
    _ report: Report
  ) throws -> WindowSeparator {
    let texts = try report.stage("text") {
      try model.features(
        of: prompts.map(\.words), numerics: numerics, workers: workers, cache: .standard())
    }
    return try report.stage("model") {
      let tensors = model.tensors.weights()
      let transformer = try DiffusionTransformer(
        tensors, config: model.config, numerics: numerics, workers: workers)
      let codec = try DACVAE(
        tensors, config: model.config.audioCodec, numerics: numerics, workers: workers)
      try tensors.finish()
      let separator = WindowSeparator(
        codec: codec, transformer: transformer, texts: texts, settings: settings)
      separator.probe = report.probe
      return separator
    }
  }
}
