/// The tracks of a stream as contiguous sound, whatever its layout: windows are joined as they
/// come, each track by a ``WindowJoiner``.
package struct ContiguousTracks: Sendable {
  /// Takes a track's name, the frame that samples start at, and the samples, interleaved.
  package typealias Emit = (
    _ track: String, _ start: Int, _ samples: Span<Float>
  ) throws(FilterError) -> Void

  private let names: [String]
  private let joiner: WindowJoiner?
  private var collector: WindowCollector
  private var joiners: [String: WindowJoiner] = [:]

  /// - Parameter fade: the fade that joins windows; nil for the one that the header names.
  package init(_ header: StreamHeader, fade: Fade? = nil) {
    names = header.tracks.map(\.name)
    collector = WindowCollector(channels: header.channels)
    joiner =
      switch header.layout {
      case .contiguous: nil
      case .windowed(let windowing):
        WindowJoiner(
          overlap: windowing.overlap, fade: fade ?? windowing.fade, channels: header.channels)
      }
  }

  /// Takes a record, in the order that a `StreamReader` gives, and gives what is settled to `emit`.
  package mutating func add(_ record: AudioRecord, _ emit: Emit) throws(FilterError) {
    guard let joiner else { return try emit(record.track, record.offset, record.samples.span) }
    guard let window = collector.add(record) else { return }
    // Taken out, so that the joiner's samples are changed in place.
    var track = joiners.removeValue(forKey: window.track) ?? joiner
    try track.join(window) { start, samples throws(FilterError) in
      try emit(window.track, start, samples)
    }
    joiners[window.track] = track
  }

  /// Gives the rest to `emit`: no record follows.
  package mutating func finish(_ emit: Emit) throws(FilterError) {
    for track in names {
      try joiners[track]?.finish { start, samples throws(FilterError) in
        try emit(track, start, samples)
      }
    }
  }
}
