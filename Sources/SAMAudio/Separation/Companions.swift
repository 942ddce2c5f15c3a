internal import APCore
internal import Checkpoints
internal import Tensors

/// The models that help with a separation, opened: no tensor is read yet.
struct Companions: Sendable {
  /// Nil: spans are not predicted.
  let frameModel: FrameModelFiles?
  /// Nil: candidates are not judged.
  let judge: JudgeFiles?

  /// What the stream's history says of them, by name.
  ///
  /// - Throws: `io`.
  func identities(workers: Workers) throws -> [String: JSONValue] {
    var identities: [String: JSONValue] = [:]
    identities["span-model"] = try frameModel?.identity(workers: workers)
    identities["judge-model"] = try judge?.identity(workers: workers)
    return identities
  }

  /// What says when the sounds of some prompts are heard; nil where nobody asks.
  ///
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  func predictor(
    _ prompts: [String], threshold: Float, codec: CodecConfig, numerics: Numerics, workers: Workers
  ) throws -> SpanPredictor? {
    guard let frameModel else { return nil }
    let texts = try frameModel.features(
      of: prompts, numerics: numerics, workers: workers, cache: .standard())
    return SpanPredictor(
      model: frameModel, texts: texts, threshold: threshold, codec: codec, numerics: numerics,
      workers: workers)
  }

  /// What chooses among candidates for some prompts; nil where nobody asks.
  ///
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  func rankers(
    _ prompts: [String], codec: CodecConfig, numerics: Numerics, workers: Workers
  ) throws -> WeightedRankers? {
    guard let judge else { return nil }
    let own = judge.config.codec
    guard own.hop == codec.hop, own.sampleRate == codec.sampleRate else {
      throw FilterError(
        .unsupportedCheckpoint,
        "The Judge takes \(own.hop) samples at \(own.sampleRate) Hz per latent frame, but the model \(codec.hop) at "
          + "\(codec.sampleRate) Hz.", advice: "Use the Judge that is published with the model.")
    }
    let texts = try judge.features(
      of: prompts, numerics: numerics, workers: workers, cache: .standard())
    return WeightedRankers(rankers: [
      (JudgeRanker(files: judge, texts: texts, numerics: numerics, workers: workers), 1)
    ])
  }

  /// Bytes of the largest of them while it is at work: its weights, beside those of the network that separates. Only one
  /// is loaded at a time.
  func memory(_ numerics: Numerics) -> Int {
    let isHalf = numerics.stored.map { $0 != .f32 } ?? false || numerics.multiplied != .f32
    let weights = [frameModel?.audioTensors, judge?.audioTensors].compactMap { $0?.elements }
    return (weights.max() ?? 0) * (isHalf ? 2 : 4)
  }

  /// The most frames of a latent that all of them take.
  var maximumFrames: Int {
    [
      frameModel?.config.tower.maximumFrames, judge?.config.tower.maximumFrames,
      judge?.config.finetune.maximumFrames,
    ].compactMap { $0 }.min() ?? .max
  }
}
