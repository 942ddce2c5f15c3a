internal import APCore

/// A track that waits until it is whole, since its loudness is known only then.
final class SpooledTrack: FrameSource {
  private let samples = SampleQueue(
    advice: "Give --temp-dir a folder with room, or use --normalize window, which needs none.")
  private var meter: LoudnessMeter

  init(channels: Int) {
    meter = LoudnessMeter(channels: channels)
  }

  /// Frames that have been appended.
  var frames: Int { meter.frames }

  /// The figures of what has been appended.
  var loudness: Loudness { meter.loudness }

  /// Appends interleaved frames.
  ///
  /// - Throws: `io`, `cannotCreate`.
  func append(_ frames: Span<Float>) throws(FilterError) {
    meter.add(frames)
    try samples.append(frames)
  }

  /// The next block of what has been appended.
  ///
  /// - Throws: `io`.
  func next() throws -> [Float]? {
    let count = min(FinalFrames.most * meter.channels, samples.count)
    return count > 0 ? try samples.take(count) : nil
  }
}
