internal import APCore
internal import Tensors

/// The longest sound that the model takes at once: it knows so many positions, and its memory grows with them.
struct WindowLimit: Sendable {
  private let config: SAMAudioConfig
  let frames: Int
  /// Frames a second.
  let rate: Int

  /// - Parameter companions: what else takes the sound.
  init(_ config: SAMAudioConfig, _ companions: Companions) {
    self.config = config
    frames =
      min(config.transformer.maxPositions, companions.maximumFrames) * config.audioCodec.hop
    rate = config.audioCodec.sampleRate
  }

  /// Bytes that a sound of so many frames takes, beside the weights: the transformer's activations, what the codec has of a
  /// tile, the state on its way through the solver, and the sounds that come in and go out.
  ///
  /// - Parameters:
  ///   - candidates: sounds among which the best one is chosen.
  ///   - textTokens: of the longest prompt.
  ///   - precision: what is multiplied.
  func memory(
    _ count: Int, candidates: Int = 1, textTokens: Int, precision: NumberFormat
  ) -> Int {
    let latents = config.audioCodec.latentFrames(count)
    let activations = DiffusionActivations.floats(
      config, frames: latents, textTokens: textTokens, precision: precision)
    let state = (5 + candidates) * latents * config.stateChannels
    let tile = DACVAE.tileFloats(config.audioCodec, frames: latents)
    return (activations + state + tile + (5 + candidates) * count) * MemoryLayout<Float>.stride
  }

  /// How to give the model less at once.
  ///
  /// - Parameter isWindow: whether the sound is a window already.
  func advice(isWindow: Bool) -> String {
    isWindow
      ? "Give ap-segment a shorter --length."
      : "Put ap-segment --length 30, or less, before this filter, and ap-xfade after it."
  }

  /// - Parameters:
  ///   - count: frames of the sound.
  ///   - window: its number; nil for a whole track.
  /// - Throws: `badInput` where it is too long.
  func check(_ count: Int, window: Int?) throws(FilterError) {
    guard count > frames else { return }
    let most = "\(frames / rate) seconds, the most that the model takes at once"
    throw FilterError(
      .badInput,
      window.map { "Window \($0) is longer than \(most)." }
        ?? "The input is one piece of more than \(most).",
      advice: advice(isWindow: window != nil))
  }
}
