internal import APCore

/// What has come of a track and waits for the same time of others. What the stream left out stays left out.
struct TrackQueue {
  private let channels: Int
  private let samples = SampleQueue()
  /// The frames that wait, where neighbours do not touch.
  private var runs: [Range<Int>] = []
  /// Where the track is: all before it has come.
  private(set) var end = 0

  init(channels: Int) {
    self.channels = channels
  }

  /// The frames that wait, up to the next gap; nil where none do.
  var first: Range<Int>? { runs.first }

  /// Takes a record's samples.
  ///
  /// - Throws: `io`, `cannotCreate`.
  mutating func append(_ samples: Span<Float>, at offset: Int) throws(FilterError) {
    precondition(offset >= end, "records must come in order")
    let run = offset..<offset + samples.count / channels
    end = run.upperBound
    guard !run.isEmpty else { return }
    try self.samples.append(samples)
    if let last = runs.last, last.upperBound == run.lowerBound {
      runs[runs.count - 1] = last.lowerBound..<run.upperBound
    } else {
      runs.append(run)
    }
  }

  /// Gives the first frames that wait.
  ///
  /// - Throws: `io`.
  mutating func take(_ frames: Int) throws(FilterError) -> [Float] {
    guard let run = runs.first, frames <= run.count else {
      preconditionFailure("so many frames must wait")
    }
    if frames == run.count {
      runs.removeFirst()
    } else {
      runs[0] = run.lowerBound + frames..<run.upperBound
    }
    return try samples.take(frames * channels)
  }
}
