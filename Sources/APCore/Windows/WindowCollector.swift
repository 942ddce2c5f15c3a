/// A whole window of a track.
package struct Window: Sendable, Hashable {
  /// The track's name.
  package var track: String
  /// Its first frame in the track's time line.
  package var start: Int
  /// Its number, and its length in frames.
  package var segment: Segment
  /// Interleaved, [frames × channels].
  package var samples: [Float]

  /// A window of these samples, [frames × channels].
  package init(track: String, start: Int, segment: Segment, samples: [Float]) {
    self.track = track
    self.start = start
    self.segment = segment
    self.samples = samples
  }
}

/// Puts the audio records of a windowed stream together to windows, track by track.
package struct WindowCollector: Sendable {
  private let channels: Int
  private var open: [String: Window] = [:]

  /// A collector without any open window.
  package init(channels: Int) {
    self.channels = channels
  }

  /// Takes a record, in the order that a `StreamReader` gives.
  ///
  /// - Returns: the window that it completes.
  package mutating func add(_ record: AudioRecord) -> Window? {
    guard let segment = record.segment else {
      preconditionFailure("the stream must be windowed")
    }
    var window =
      open.removeValue(forKey: record.track)
      ?? Window(track: record.track, start: record.offset, segment: segment, samples: [])
    if window.samples.isEmpty {
      window.samples = record.samples
    } else {
      window.samples.append(contentsOf: record.samples)
    }
    if window.samples.count == segment.length * channels { return window }
    open[record.track] = window
    return nil
  }
}
