package import APCore

/// Tracks side by side in time, however their records take turns.
package struct AlignedTracks {
  /// A piece of time in which each track has sound all along, or none at all.
  package struct Block {
    package let start: Int
    let frames: Int
    /// Interleaved, track by track; nil where a track has none.
    let samples: [[Float]?]

    /// The sum of tracks, each times its gain; nil where none of them has anything there.
    package func sum(_ terms: [(track: Int, gain: Double)]) -> [Float]? {
      var total: [Double] = []
      for term in terms {
        guard let samples = samples[term.track] else { continue }
        if total.isEmpty { total = Array(repeating: 0, count: samples.count) }
        for index in samples.indices { total[index] += term.gain * Double(samples[index]) }
      }
      return total.isEmpty ? nil : total.map(Float.init)
    }
  }

  private static let blockFrames = 65_536
  private var queues: [TrackQueue]

  package init(count: Int, channels: Int) {
    queues = (0..<count).map { _ in TrackQueue(channels: channels) }
  }

  /// Where each track is: all before it has come.
  var ends: [Int] { queues.map(\.end) }

  /// Takes a record's samples of one track.
  ///
  /// - Throws: `io`, `cannotCreate`.
  package mutating func append(
    _ samples: Span<Float>, at offset: Int, to index: Int
  ) throws(FilterError) {
    try queues[index].append(samples, at: offset)
  }

  /// The next piece of time with sound that is known of all tracks.
  ///
  /// - Parameter isLast: whether nothing more comes of any.
  /// - Throws: `io`.
  package mutating func next(isLast: Bool) throws(FilterError) -> Block? {
    let known = isLast ? .max : ends.min() ?? 0
    let waiting = queues.compactMap(\.first)
    guard let start = waiting.map(\.lowerBound).min(), start < known else { return nil }
    let bounds = waiting.map { $0.lowerBound > start ? $0.lowerBound : $0.upperBound }
    let frames = min(known, start + Self.blockFrames, bounds.min() ?? known) - start
    var samples: [[Float]?] = []
    for index in queues.indices {
      let hasSound = queues[index].first?.lowerBound == start
      samples.append(hasSound ? try queues[index].take(frames) : nil)
    }
    return Block(start: start, frames: frames, samples: samples)
  }
}
