internal import APCore
import Tensors

/// Predicts when the sounds of prompts are heard in a window.
struct SpanPredictor {
  let model: FrameModelFiles
  let threshold: Float
  let codec: CodecConfig
  let numerics: Numerics
  let workers: Workers

  /// The spans of each prompt.
  ///
  /// The network is in memory only meanwhile, so that it is not there while the solver runs.
  ///
  /// - Parameters:
  ///   - mixture: the window's latent.
  ///   - texts: what frames are compared with (`FrameModelFiles.features`), one a prompt.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  func callAsFunction(_ mixture: Latent, texts: [TextFeatures]) throws -> [PredictedSpans] {
    let scorer = try model.scorer(
      channels: mixture.channels, numerics: numerics, workers: workers)
    return scorer(mixture, texts: texts).map {
      PredictedSpans($0, threshold: threshold, codec: codec)
    }
  }
}
