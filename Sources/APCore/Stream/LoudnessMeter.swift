/// Measures the ``Loudness`` of a track while its frames pass.
///
/// The figures do not depend on how the frames are cut into blocks.
package struct LoudnessMeter: Sendable {
  /// Samples a frame.
  package let channels: Int
  /// Frames measured so far.
  package private(set) var frames = 0

  /// Sums are of differences from the first frame, so that a track with a large mean does not lose
  /// the digits of its deviation.
  private var first = 0.0
  private var sum = 0.0
  private var sumOfSquares = 0.0

  /// - Parameter channels: samples a frame, at least 1.
  package init(channels: Int) {
    precondition(channels > 0, "channels must be positive")
    self.channels = channels
  }

  /// Measures the next frames.
  ///
  /// - Parameter samples: interleaved, a whole number of frames.
  package mutating func add(_ samples: Span<Float>) {
    precondition(samples.count.isMultiple(of: channels), "samples must be whole frames")
    var index = 0
    while index < samples.count {
      var mono = 0.0
      for channel in 0..<channels { mono += Double(samples[index + channel]) }
      mono /= Double(channels)
      if frames == 0 { first = mono }
      let difference = mono - first
      sum += difference
      sumOfSquares += difference * difference
      frames += 1
      index += channels
    }
  }

  /// The figures of what has been measured; the deviation of less than two frames is 0.
  package var loudness: Loudness {
    guard frames > 1 else { return Loudness(mean: first, std: 0) }
    let count = Double(frames)
    let variance = (sumOfSquares - sum * sum / count) / (count - 1)
    // Not max(0, variance), which would hide a sample that is not a number.
    return Loudness(mean: first + sum / count, std: (variance < 0 ? 0 : variance).squareRoot())
  }
}
