import Tensors

/// What a window of some frames and a text of some tokens need beside the weights.
final class DiffusionMemory {
  let activations: DiffusionActivations
  let rotation: RotaryTable
  /// The time's rows of a layer.
  let modulation: FloatStorage
  let workers: Workers

  init(
    _ config: SAMAudioConfig, frames: Int, textTokens: Int, precision: NumberFormat,
    workers: Workers
  ) {
    let sizes = config.transformer
    self.workers = workers
    activations = ActivationPlan.allocate {
      DiffusionActivations(
        config, frames: frames, textTokens: textTokens, precision: precision, plan: &$0)
    }
    rotation = RotaryTable(
      width: sizes.headDim, tokens: frames, theta: sizes.ropeTheta, workers: workers)
    modulation = FloatStorage(count: 6 * sizes.dim)
  }

  /// Whether a window and a text of these sizes fit.
  func fits(frames: Int, textTokens: Int) -> Bool {
    activations.frames.tokens == frames && activations.text.embedded.tokens == textTokens
  }
}
