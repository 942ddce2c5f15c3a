package import APCore
import Checkpoints
import Tensors

/// SAM-Audio's Judge: how well a sound is what a text describes, taken out of a mixture, as listeners would rate it.
///
/// Reference: `SAMAudioJudgeModel` in sam_audio/model/judge.py.
package struct Judge {
  /// A listener's four answers, about 1 to 5.
  package struct Ratings: Sendable, Equatable {
    let overall: Float
    let recall: Float
    let precision: Float
    let faithfulness: Float
  }

  private let codec: CodecEncoder
  private let tower: AudioTower
  private let bottleneck: Linear
  private let audioAndText: Linear
  private let finetune: AudioTower
  private let head: Linear
  /// Of the ratings that the network was trained with.
  private let mean: [Float]
  private let std: [Float]
  private let config: JudgeConfig
  private let workers: Workers

  /// Packs the weights tensor by tensor.
  ///
  /// - Parameter weights: under the names of `JudgeNames`, without the text encoder's.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  init(
    _ weights: Weights, config: JudgeConfig, numerics: Numerics, workers: Workers
  ) throws {
    let (width, inner) = (config.tower.hiddenSize, config.bottleneckDim)
    let ratings = 4
    func linear(_ name: String, _ inputs: Int, _ outputs: Int, bias: Bool = true) throws -> Linear {
      try Linear(
        weights[name], inputs: inputs, outputs: outputs, hasBias: bias, numerics: numerics,
        workers: workers)
    }
    self.config = config
    self.workers = workers
    codec = try CodecEncoder(weights["audio_codec"], config: config.codec, numerics: .float32)
    tower = try AudioTower(
      weights["tower"], projection: weights["data_proj"], inputs: config.codec.codebookDim,
      config: config.tower, numerics: numerics, workers: workers)
    bottleneck = try linear("cat_audio_proj", 2 * width, inner)
    audioAndText = try linear("proj_audio_and_text", 2 * inner, inner)
    finetune = try AudioTower(
      weights["finetune_tower"], projection: weights["finetune_data_proj"], inputs: inner,
      config: config.finetune, numerics: numerics, workers: workers)
    head = try linear("head", config.finetune.hiddenSize, ratings, bias: false)
    mean = try weights.floats("mean", shape: [ratings])
    std = try weights.floats("std", shape: [ratings])
    try weights.finish()
  }

  /// The ratings of each candidate.
  ///
  /// - Parameters:
  ///   - candidates: sounds taken out of the mixture, each as long as that filled up to whole latent frames.
  ///   - mixture: its frames, [T, D].
  ///   - text: what is kept of the prompt (`JudgeText`), [bottleneckDim].
  ///   - probe: sees each stage of each candidate, [T, channels].
  package func callAsFunction(
    _ candidates: [[Float]], in mixture: [Float], text: [Float], _ probe: Probe? = nil
  ) -> [Ratings] {
    candidates.map { rating(frames(of: $0), in: mixture, text: text, probe) }
  }

  /// What the tower makes of each frame of a mono sound, [T, D].
  package func frames(of sound: [Float]) -> [Float] {
    tower(codec(sound, workers: workers).frameMajor)
  }

  private func rating(
    _ candidate: [Float], in mixture: [Float], text: [Float], _ probe: Probe?
  ) -> Ratings {
    precondition(candidate.count == mixture.count, "a candidate must be as long as the mixture")
    let (width, inner) = (config.tower.hiddenSize, config.bottleneckDim)
    let count = mixture.count / width
    func show(_ stage: String, _ values: [Float]) {
      probe?.show(stage, [count, values.count / count]) { values }
    }
    func frame(_ values: [Float], _ index: Int, _ width: Int) -> ArraySlice<Float> {
      values[index * width..<(index + 1) * width]
    }
    let sounds = bottleneck(
      rows: (0..<count).flatMap { frame(candidate, $0, width) + frame(mixture, $0, width) },
      workers: workers)  // [T, inner]
    show("audio_bottleneck", sounds)
    let both = audioAndText(
      rows: (0..<count).flatMap { frame(sounds, $0, inner) + text }, workers: workers)
    show("audio_and_text", both)
    let ratings = head(rows: finetune(both, probe), workers: workers)  // [T, 4]
    show("per_frame", ratings)
    let means = mean.indices.map { column in
      let sum = stride(from: column, to: ratings.count, by: mean.count).reduce(0) {
        $0 + Double(ratings[$1])
      }
      return Float(sum / Double(count)) * std[column] + mean[column]
    }
    return Ratings(
      overall: means[0], recall: means[1], precision: means[2], faithfulness: means[3])
  }
}

/// What the Judge keeps of a prompt.
struct JudgeText {
  private let first: Linear
  private let second: Linear
  private let norm: NormFactors
  private let workers: Workers

  /// - Parameter weights: the checkpoint's root.
  init(_ weights: Weights, config: JudgeConfig, numerics: Numerics, workers: Workers) throws {
    let (width, inner) = (config.tower.hiddenSize, config.bottleneckDim)
    first = try Linear(
      weights["text_proj1"], inputs: config.text.hiddenSize, outputs: width, numerics: numerics,
      workers: workers)
    second = try Linear(
      weights["text_proj2"], inputs: width, outputs: inner, hasBias: true, numerics: numerics,
      workers: workers)
    norm = NormFactors(try weights["layer_norm"].affine([inner]))
    self.workers = workers
  }

  /// - Parameter state: of the prompt (`ModernBERT`).
  func callAsFunction(_ state: [Float]) -> [Float] {
    let projected = second(rows: first(rows: state, workers: workers), workers: workers)
    let panels = TokenPanels(channels: projected.count, groups: 1, tokens: 1)
    panels.copy(tokens: projected, workers: workers)
    norm.layerNormalize(panels, workers: workers)
    return panels.tokenMajor(workers: workers)
  }
}
