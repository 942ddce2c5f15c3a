internal import APCore
internal import Checkpoints
internal import Tensors

/// The models that help with a separation, opened: no tensor is read yet.
struct Companions: Sendable {
  /// Nil: spans are not predicted.
  let frameModel: FrameModelFiles?
  /// Nil: candidates are not judged.
  let judge: JudgeFiles?
  /// Nil: candidates are not compared with the prompt.
  let clap: CLAPFiles?

  /// What the stream's history says of them, by name.
  ///
  /// - Throws: `io`.
  func identities(workers: Workers) throws -> [String: JSONValue] {
    var identities: [String: JSONValue] = [:]
    identities["span-model"] = try frameModel?.identity(workers: workers)
    identities["judge-model"] = try judge?.identity(workers: workers)
    identities["clap-model"] = try clap?.identity(workers: workers)
    return identities
  }

  /// What PE-A-Frame compares frames with, by prompt; nothing where spans are not predicted.
  ///
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  func heard(
    _ prompts: [String], numerics: Numerics, workers: Workers
  ) throws -> [String: TextFeatures] {
    guard let frameModel else { return [:] }
    let features = try frameModel.features(
      of: prompts, numerics: numerics, workers: workers, cache: .standard())
    return Dictionary(zip(prompts, features)) { $1 }
  }

  /// What says when sounds are heard; nil where nobody asks.
  func predictor(
    threshold: Float, codec: CodecConfig, numerics: Numerics, workers: Workers
  ) -> SpanPredictor? {
    frameModel.map {
      SpanPredictor(
        model: $0, threshold: threshold, codec: codec, numerics: numerics, workers: workers)
    }
  }

  /// What chooses among candidates for some prompts; nil where nobody asks.
  ///
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  func rankers(
    _ prompts: [String], codec: CodecConfig, numerics: Numerics, workers: Workers
  ) throws -> WeightedRankers? {
    var rankers: [(ranker: any CandidateRanker, weight: Float)] = []
    let isEnsemble = judge != nil && clap != nil
    if let clap {
      guard codec.sampleRate == CLAPSpectrogram.sampleRate else {
        throw FilterError(
          .unsupportedCheckpoint,
          "CLAP takes sound at \(CLAPSpectrogram.sampleRate) Hz, but the model gives it at \(codec.sampleRate) Hz.",
          advice: "Use --ranker judge.")
      }
      let texts = try clap.features(
        of: prompts, numerics: numerics, workers: workers, cache: .standard())
      rankers.append(
        (
          CLAPRanker(files: clap, texts: texts, numerics: numerics, workers: workers),
          isEnsemble ? RankerKind.weights.clap : 1
        ))
    }
    if let judge {
      try check(judge.config.codec, fits: codec)
      let texts = try judge.features(
        of: prompts, numerics: numerics, workers: workers, cache: .standard())
      rankers.append(
        (
          JudgeRanker(files: judge, texts: texts, numerics: numerics, workers: workers),
          isEnsemble ? RankerKind.weights.judge : 1
        ))
    }
    return rankers.isEmpty ? nil : WeightedRankers(rankers: rankers)
  }

  private func check(_ own: CodecConfig, fits codec: CodecConfig) throws(FilterError) {
    guard own.hop == codec.hop, own.sampleRate == codec.sampleRate else {
      throw FilterError(
        .unsupportedCheckpoint,
        "The Judge takes \(own.hop) samples at \(own.sampleRate) Hz per latent frame, but the model \(codec.hop) at "
          + "\(codec.sampleRate) Hz.", advice: "Use the Judge that is published with the model.")
    }
  }

  /// Bytes of the largest of them while it is at work: its weights, beside those of the network that separates. Only one
  /// is loaded at a time.
  func memory(_ numerics: Numerics) -> Int {
    let isHalf = numerics.stored.map { $0 != .f32 } ?? false || numerics.multiplied != .f32
    let weights = [
      frameModel?.audioTensors, judge?.audioTensors, clap?.audioTensors,
    ].compactMap { $0?.elements }
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
