internal import APCore
internal import Resampling

/// Collects a track or window until it is whole.
final class WindowFeed: ModelInput.Sink {
  private let stretch: ModelInput.Stretch
  private let channels: Int
  private let limit: WindowLimit
  private let deliver: ([Float]) throws -> Void
  private var samples: [Float] = []

  /// - Parameter deliver: takes all of it, interleaved.
  /// - Throws: `badInput` where it is known to be too long.
  init(
    _ stretch: ModelInput.Stretch, channels: Int, limit: WindowLimit,
    deliver: @escaping ([Float]) throws -> Void
  ) throws(FilterError) {
    self.stretch = stretch
    self.channels = channels
    self.limit = limit
    self.deliver = deliver
    try limit.check(stretch.length ?? 0, window: stretch.segment?.index)
  }

  func push(_ samples: Span<Float>) throws {
    samples.withUnsafeBufferPointer { self.samples.append(contentsOf: $0) }
    try limit.check(self.samples.count / channels, window: stretch.segment?.index)
  }

  func finish() throws {
    try deliver(samples)
  }
}

/// The longest sound that the model takes at once: it knows so many positions, and its memory grows with them.
struct WindowLimit: Sendable {
  let frames: Int
  /// Frames a second.
  let rate: Int

  init(_ config: SAMAudioConfig) {
    frames = config.transformer.maxPositions * config.audioCodec.hop
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
        ? "Put ap-segment before this filter, and ap-xfade behind it."
        : "Give ap-segment a shorter --length.")
  }
}
