package import APCore
internal import Checkpoints
package import Separation
package import Tensors

/// What `ap-demucs` is asked to do with the stream on standard input.
package struct DemucsRequest: NetworkRequest {
  /// A model's name or path (`DemucsModels.find`); nil: the preferred one.
  package var model: String?
  /// The track that is separated; nil: the only one, or the mix.
  package var track: String?
  /// Names of the stems that come out, in this order; none: all.
  package var stems: [String] = []
  /// The stem that comes out with `no_` and its name beside it, instead of `stems`.
  package var twoStems: String?
  /// What that other one is.
  package var other = OtherStem.sum
  /// Whether the mix minus all stems comes out too.
  package var givesResidual = false
  /// Whether the stems get what is missing, so that they sum to the mix.
  package var sumsToMix = false
  /// How often, and in which pieces.
  package var settings = PassSettings()
  /// Whether each segment is normalised by its own figures, not the track's.
  package var normalizesSegments = false
  /// What products are made of.
  package var precision = ProductPrecision.f32
  /// How weights are stored in memory; nil: as float32, since factors are folded into them.
  package var weights: NumberFormat?
  /// Threads; nil: as many as there are processors.
  package var threads: Int?

  /// All defaults.
  package init() {}

  /// Reads a stream from standard input and writes its stems to standard output.
  ///
  /// - Throws: `FilterError`: of the stream, of the model, `usage` for stems or a segment that the
  ///   model does not have.
  package func run(in context: FilterContext, store: DemucsModels = .standard) throws {
    let reader = try context.openInput()
    let writer = try context.openOutput()

    let location = try store.find(model)
    if let notice = location.notice { context.announce(notice) }
    let bag = try location.open()
    let outputs = try outputs(of: bag.sources)
    try settings.check(segments: bag.members.map(\.config.segmentFrames), rate: bag.samplerate)
    let numerics = precision.numerics(
      stored: weights, auto: HTDemucsPart.exactEnough, in: context)
    let workers = Workers(threads: threads)
    let needed = needed(of: bag, for: outputs)
    let activations = HTDemucs.memory(
      needed.sorted().map { bag.members[$0].config }, numerics: numerics)
    // What would be refused after the weights are read is refused now.
    try AvailableMemory.require(
      activations, for: "a segment of \(location.name)", advice: Self.advice(for: location))
    let probe = context.report.probe
    let (members, identity) = try context.report.stage("model") {
      try workers.both(
        { try load(bag, needed, numerics, workers: workers, probe: probe, context.log) },
        { try ModelIdentity.json(name: location.name, files: location.paths) })
    }
    let plan = PassPlan(bag: members, settings: settings, sampleRate: bag.samplerate)

    var entry = context.historyEntry
    entry.options["model"] = identity
    entry.options["precision"] = .string(numerics.multiplied.rawValue)
    let separation = try StemSeparation(
      plan: plan, outputs: outputs, scope: normalizesSegments ? .segment : nil, track: track,
      reader: reader, writer: writer, log: context.log, progress: context.progress)
    context.report.estimateMemory(adding: activations + separation.memory)
    try separation.run(historyEntry: entry)
  }

  /// What the stream's history says of the request; what is found out as it runs takes its place there: the model, and
  /// what is multiplied.
  package var history: [String: JSONValue] {
    [
      "normalize": .string(normalizesSegments ? "window" : "track"),
      "other": .string(other.rawValue),
      "overlap": JSONValue(settings.overlap),
      "precision": .string(precision.rawValue),
      "residual": .bool(givesResidual),
      "seed": .number(String(settings.seed)),
      "segment": settings.segmentSeconds.map { JSONValue($0) } ?? .null,
      "shifts": JSONValue(settings.shifts),
      "stems": JSONValue(stems),
      "sum-to-mix": .bool(sumsToMix),
      "track": track.map { .string($0) } ?? .null,
      "two-stems": twoStems.map { .string($0) } ?? .null,
      "weights": .string((weights ?? .f32).rawValue),
    ]
  }

  /// Whether an earlier run's output can stand in for this one's.
  ///
  /// - Throws: what `run` would throw of a model that is missing.
  package func repeatability(store: DemucsModels = .standard) throws -> Repeatability {
    let location = try store.find(model)
    let weights = location.weights?.map { row in
      JSONValue.array(row.map { JSONValue(Double($0)) })
    }
    return .repeatable(
      input: .stream, files: location.paths,
      options: [
        "model": .string(location.name), "bag-weights": weights.map { .array($0) } ?? .null,
      ])
  }

  private func outputs(of sources: [String]) throws(FilterError) -> [StemOutput] {
    var outputs =
      if let twoStems {
        try StemOutput.twoStems(twoStems, other: other, of: sources)
      } else {
        try StemOutput.stems(stems, of: sources)
      }
    if sumsToMix { outputs = outputs.map { $0.summingToMix() } }
    if givesResidual { outputs.append(try .residual(of: sources)) }
    return outputs
  }

  /// What takes less memory.
  private static func advice(for model: DemucsModels.Location) -> String {
    model.name == DemucsModels.bundled
      ? "Raise the limit that 'ulimit -a' shows, or end other programs."
      : "Use a smaller model: --model \(DemucsModels.bundled)."
  }

  /// The networks that the outputs need, by number; of a bag of specialists, often one.
  private func needed(of bag: ModelBag, for outputs: [StemOutput]) -> Set<Int> {
    let used = bag.sources.indices.filter { source in
      outputs.contains { $0.sourceGains[source] != 0 }
    }
    return Set(bag.membersNeeded(for: used.map { bag.sources[$0] }))
  }

  private func load(
    _ bag: ModelBag, _ needed: Set<Int>, _ numerics: Numerics, workers: Workers, probe: Probe?,
    _ log: Log
  ) throws -> [BagMember] {
    let notice = OverflowNotice { log.warning($0) }
    // Members run one after the other: those that multiply the same share their memory.
    var last: [Numerics: HTDemucs] = [:]
    return try bag.members.enumerated().map { index, member in
      guard needed.contains(index) else {
        return BagMember(
          separator: nil, segmentFrames: member.config.segmentFrames, weights: member.weights)
      }
      let network = try OverflowGuard(numerics, notice: notice) { numerics in
        let network = try HTDemucs(
          member.checkpoint.weights(), config: member.config, workers: workers,
          numerics: numerics, sharingMemoryOf: last[numerics])
        network.probe = probe
        last[numerics] = network
        return network
      }
      return BagMember(
        separator: network, segmentFrames: member.config.segmentFrames, weights: member.weights)
    }
  }
}
