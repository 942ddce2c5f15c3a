internal import APCore
import Tensors

/// Predicts when the sounds of all prompts are heard in a window.
struct SpanPredictor {
  let model: FrameModelFiles
  /// What each prompt is compared with.
  let texts: [TextFeatures]
  let threshold: Float
  let codec: CodecConfig
  let numerics: Numerics
  let workers: Workers

  /// The spans of each prompt.
  ///
  /// The network is in memory only meanwhile, so that it takes no room beside the solver.
  ///
  /// - Parameter mixture: the window's latent.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  func callAsFunction(_ mixture: Latent) throws -> [PredictedSpans] {
    let scorer = try model.scorer(
      channels: mixture.channels, numerics: numerics, workers: workers)
    return scorer(mixture, texts: texts).map {
      PredictedSpans($0, threshold: threshold, codec: codec)
    }
  }
}
