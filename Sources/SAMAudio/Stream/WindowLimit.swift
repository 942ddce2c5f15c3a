internal import APCore

/// The longest sound that the model takes at once: it knows so many positions, and its memory grows with them.
struct WindowLimit: Sendable {
  let frames: Int
  /// Frames a second.
  let rate: Int

  /// - Parameter companions: what else takes the sound.
  init(_ config: SAMAudioConfig, _ companions: Companions) {
    frames =
      min(config.transformer.maxPositions, companions.maximumFrames) * config.audioCodec.hop
    rate = config.audioCodec.sampleRate
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
      advice: window == nil
        ? "Put ap-segment before this filter, and ap-xfade after it."
        : "Give ap-segment a shorter --length.")
  }
}
