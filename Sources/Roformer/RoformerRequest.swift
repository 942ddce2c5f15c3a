package import APCore
import Separation
package import Tensors

/// What `ap-roformer` is asked to do with the stream on standard input.
package struct RoformerRequest: NetworkRequest {
  /// A model's name or path (`RoformerModels.find`); nil: the preferred one.
  package var model: String?
  /// The model's YAML file; nil: the one that lies beside its checkpoint.
  package var modelConfiguration: String?
  /// The track that is separated; nil: the only one, or the mix.
  package var track: String?
  /// Names of the stems that come out, in this order; none: the model's own.
  package var stems: [String] = []
  /// The stem that comes out with `no_` and its name beside it, instead of `stems`.
  package var twoStems: String?
  /// How many chunks cover each frame; nil: as many as the model's file says.
  package var overlap: Int?
  /// Seconds of a chunk; nil: as many as the model's file says.
  package var chunkSeconds: Double?
  /// What products are made of.
  package var precision = ProductPrecision.f32
  /// How weights are stored in memory; nil: as in the file.
  package var weights: NumberFormat?
  /// Threads; nil: as many as there are processors.
  package var threads: Int?

  /// All defaults.
  package init() {}

  /// Reads a stream from standard input and writes its stems to standard output.
  ///
  /// - Throws: `FilterError`: of the stream, of the model, `usage` for stems that the model does not have.
  package func run(in context: FilterContext, store: RoformerModels = .standard) throws {
    let reader = try context.openInput()
    let writer = try context.openOutput()

    let location = try store.find(model, configuration: modelConfiguration)
    let (weights, config) = try location.open(chunkSeconds: chunkSeconds, overlap: overlap)
    let outputs = try outputs(of: config.names)
    let input = try NetworkInput(
      reader, track: track, passingTo: writer, rate: config.sampleRate, channels: config.channels)
    let numerics = precision.numerics(
      stored: self.weights, auto: RoformerPart.exactEnough, in: context)
    let workers = Workers(threads: threads)
    // What would be refused after the weights are read is refused now.
    let memory =
      RoformerNetwork.memory(config, numerics: numerics, workers: workers)
      + ChunkOverlap.memory(config)
    try AvailableMemory.require(
      memory, for: "a chunk of \(config.chunkFrames / config.sampleRate) s",
      advice: "Give --chunk fewer seconds.")
    let (network, identity) = try context.report.stage("model") {
      try workers.both(
        {
          try OverflowGuard(numerics, notice: OverflowNotice { context.log.warning($0) }) {
            numerics in
            let network = try RoformerNetwork(
              weights, config: config, numerics: numerics, workers: workers)
            network.probe = context.report.probe
            return network
          }
        }, { try ModelIdentity.json(name: location.name, files: location.files) })
    }
    var entry = context.historyEntry
    entry.options["model"] = identity
    entry.options["precision"] = .string(numerics.multiplied.rawValue)
    context.report.estimateMemory(adding: memory)
    try RoformerSeparation(
      network, outputs: outputs, input: input, writer: writer, progress: context.progress
    ).run(historyEntry: entry)
  }

  /// What the stream's history says of the request; what is found out as it runs takes its place there: the model, and
  /// what is multiplied.
  package var history: [String: JSONValue] {
    [
      "config": modelConfiguration.map { .string(FileSystem.name($0)) } ?? .null,
      "chunk": chunkSeconds.map { JSONValue($0) } ?? .null,
      "overlap": overlap.map { JSONValue($0) } ?? .null,
      "precision": .string(precision.rawValue),
      "stems": JSONValue(stems),
      "track": track.map { .string($0) } ?? .null,
      "two-stems": twoStems.map { .string($0) } ?? .null,
      "weights": weights.map { .string($0.rawValue) } ?? .null,
    ]
  }

  /// Whether an earlier run's output can stand in for this one's.
  ///
  /// - Throws: what `run` would throw of a model that is missing.
  package func repeatability(store: RoformerModels = .standard) throws -> Repeatability {
    let location = try store.find(model, configuration: modelConfiguration)
    return .repeatable(
      input: .stream, files: location.files,
      options: ["model": .string(location.name)])
  }

  /// The stems that are asked for; what a model for one instrument leaves is the mix minus that.
  func outputs(of names: StemNames) throws(FilterError) -> [StemOutput] {
    if let twoStems {
      let stem = try output(StemNames.trackName(twoStems), of: names)
      return [
        stem,
        StemOutput(
          name: "no_\(stem.name)", sourceGains: stem.sourceGains.map { $0 == 0 ? 0 : -$0 },
          mixGain: 1 - stem.mixGain),
      ]
    }
    var outputs: [StemOutput] = []
    for name in stems.isEmpty ? names.preferred : stems.map(StemNames.trackName) {
      outputs.append(try output(name, of: names))
    }
    return outputs
  }

  private func output(_ name: String, of names: StemNames) throws(FilterError) -> StemOutput {
    if name == names.rest { return StemOutput(name: name, sourceGains: [-1], mixGain: 1) }
    guard let index = names.stems.firstIndex(of: name) else {
      throw FilterError(
        .usage, "The model has no stem \"\(name)\".",
        advice: "Its stems are \(names.all.joined(separator: ", ")).")
    }
    return StemOutput(
      name: name, sourceGains: names.stems.indices.map { $0 == index ? 1 : 0 })
  }
}
