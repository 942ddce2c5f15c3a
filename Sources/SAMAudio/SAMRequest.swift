package import APCore
internal import Checkpoints
internal import Separation
package import Tensors

/// What `ap-sam` is asked to do with the stream on standard input.
package struct SAMRequest: NetworkRequest {
  /// A model's name or path (`SAMModels.find`); nil: the preferred one.
  package var model: String?
  /// The track that is separated; nil: the only one, or the mix.
  package var track: String?
  /// The sounds that are asked for.
  package var prompts: [SoundDescription] = []
  /// A file with words for more of them.
  package var promptsFile: String?
  /// Whether PE-A-Frame says when the sounds are heard.
  package var predictsSpans = false
  /// Its name or folder (`CompanionModels.find`); nil: the smallest.
  package var spanModel: String?
  /// How probable a sound must be in a frame of a predicted span.
  package var spanThreshold = 0.3
  /// What chooses among several candidates.
  package var ranker: RankerKind?
  /// The Judge's name or folder; nil: the released one.
  package var judgeModel: String?
  /// CLAP's name or folder; nil: the released one.
  package var clapModel: String?
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
    let companions = try companions(store)

    // Weights are large: what can be refused is refused before they are loaded.
    let limit = WindowLimit(model.config, companions)
    let input = try NetworkInput(
      reader, track: track, passingTo: writer, rate: limit.rate, channels: isStereo ? 2 : 1)
    if let notice = model.notice { context.log.info(notice) }
    if case .contiguous = input.header.layout { try limit.check(input.frames ?? 0, window: nil) }

    let numerics = precision.numerics(
      stored: weights, auto: DiffusionPart.exactEnough, in: context)
    let workers = Workers(threads: threads)
    let separator = try separator(model, companions, prompts, numerics, workers, context)
    var entry = context.historyEntry
    entry.options["precision"] = .string(numerics.multiplied.rawValue)
    entry.options["prompts"] = JSONValue(prompts.map(\.words))
    entry.options["model"] = try model.identity(workers: workers)
    entry.options.merge(try companions.identities(workers: workers)) { $1 }
    let findings = SeparationFindings(
      prompts, expectsSpans: predictsSpans, log: context.log)
    try PromptSeparation(
      input, limit: limit, separator: separator,
      draws: draws(model.config),
      outputs: OutputTrack.all(prompts, settings: settings), findings: findings,
      image: isStereo ? try StereoImage() : nil, writer: writer, progress: context.progress,
      report: context.report, helpers: companions.memory(numerics.unscaled.unbounded)
    ) {
      limit.memory(
        $0, candidates: settings.candidates, textTokens: separator.textTokens,
        precision: numerics.of(.attention).multiplied)
    }.run(historyEntry: entry) { number in
      context.log.warning(
        "Next to nothing was found of \(prompts[number].description): the track "
          + "\(prompts[number].track) is 60 dB or more below the input. Try other words.")
    }
    if ranker != nil { context.report.add("candidates", .array(findings.choices)) }
  }

  /// What the stream's history says of the request; what is found out as it runs takes its place there: the prompts, the
  /// model, and what is multiplied.
  package var history: [String: JSONValue] {
    [
      "candidates": JSONValue(settings.candidates),
      "chain-residuals": .bool(settings.chainsResiduals),
      "precision": .string(precision.rawValue),
      "predict-spans": .bool(predictsSpans),
      "ranker": ranker.map { .string($0.rawValue) } ?? .null,
      "residual": .bool(settings.givesResiduals),
      "seed": .number(String(settings.seed)),
      "solver": .string(settings.method.rawValue),
      "span": .array(prompts.map { JSONValue($0.spans.map(\.text)) }),
      "span-threshold": JSONValue(spanThreshold),
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
    var files = try location.paths()
    var options: [String: JSONValue] = [
      "model": .string(location.name), "prompts": JSONValue(prompts.map(\.words)),
    ]
    let places = try companionPlaces(store)
    for (option, place) in [
      ("span-model", places.spans), ("judge-model", places.judge), ("clap-model", places.clap),
    ] {
      guard let place else { continue }
      files += place.files
      options[option] = .string(place.name)
    }
    return .repeatable(input: .stream, files: files, options: options)
  }

  /// Where the models lie that are asked for besides SAM-Audio.
  private func companionPlaces(
    _ store: SAMModels
  ) throws(FilterError) -> (
    spans: CompanionModels.Place?, judge: CompanionModels.Place?, clap: CompanionModels.Place?
  ) {
    let models = CompanionModels(shelf: store.shelf)
    return (
      try predictsSpans ? models.find(spanModel, for: .spans) : nil,
      try ranker?.hasJudge == true ? models.find(judgeModel, for: .judge) : nil,
      try ranker?.hasCLAP == true ? models.find(clapModel, for: .clap) : nil
    )
  }

  private func companions(_ store: SAMModels) throws(FilterError) -> Companions {
    let places = try companionPlaces(store)
    return Companions(
      frameModel: try places.spans.map { place throws(FilterError) in
        try FrameModelFiles(name: place.name, folder: place.folder)
      },
      judge: try places.judge.map { place throws(FilterError) in
        try JudgeFiles(name: place.name, folder: place.folder)
      },
      clap: try places.clap.map { place throws(FilterError) in
        try CLAPFiles(name: place.name, paths: place.files)
      })
  }

  private func allPrompts() throws(FilterError) -> [Prompt] {
    try Prompt.list(
      prompts + (promptsFile.map(PromptFile.prompts) ?? []).map { SoundDescription($0) },
      reserved: settings.chainsResiduals ? OutputTrack.lastResidual : nil)
  }

  /// The noise of a window follows from the seed and the window's number, and from nothing else.
  private func draws(_ config: SAMAudioConfig) -> (_ window: Int, _ frames: Int) -> WindowDraws {
    {
      WindowDraws(
        seed: settings.seed &+ UInt64($0), frames: $1, candidates: settings.candidates,
        config: config)
    }
  }

  private func separator(
    _ model: SAMAudioModel, _ companions: Companions, _ prompts: [Prompt], _ numerics: Numerics,
    _ workers: Workers, _ context: FilterContext
  ) throws -> WindowSeparator {
    let (words, report) = (prompts.map(\.words), context.report)
    // Nobody looks for what overflows in these networks.
    let others = numerics.unscaled.unbounded
    // All that reads prompts is gone again before the large network comes.
    let (features, rankers) = try report.stage("text") {
      let texts = try model.features(
        of: words, numerics: others, workers: workers, cache: .standard())
      let heard = try companions.heard(
        prompts.filter(\.spans.isEmpty).map(\.words), numerics: others,
        workers: workers)
      return (
        zip(texts, prompts).map { text, prompt in
          PromptFeatures(
            text: text, spans: prompt.spans,
            heard: prompt.spans.isEmpty ? heard[prompt.words] : nil)
        },
        try companions.rankers(
          words, codec: model.config.audioCodec, numerics: others, workers: workers)
      )
    }
    return try report.stage("model") {
      let tensors = model.tensors.weights()
      let notice = OverflowNotice { context.log.warning($0) }
      let transformer = try OverflowGuard(numerics, notice: notice) { numerics in
        try DiffusionTransformer(
          tensors, config: model.config, numerics: numerics, workers: workers)
      }
      let codec = try DACVAE(
        tensors, config: model.config.audioCodec, numerics: numerics, workers: workers)
      try tensors.finish()
      let separator = WindowSeparator(
        codec: codec, transformer: transformer, prompts: features, settings: settings,
        predictor: companions.predictor(
          threshold: Float(spanThreshold), codec: model.config.audioCodec,
          numerics: others, workers: workers), rankers: rankers)
      separator.probe = report.probe
      return separator
    }
  }
}
