import APCore

/// The work of `ap-xfade`.
struct Crossfading {
  /// The fade; nil for the one that the header names.
  let fade: Fade?

  /// Records short enough to keep the filters behind busy and small.
  private static let recordFrames = 65_536

  func run(in context: FilterContext) throws {
    let writer = try context.openOutput()
    let reader = try context.openInput()
    var header = try reader.readHeader()
    guard case .windowed(let windowing) = header.layout else {
      throw FilterError(
        .badInput, "The stream is contiguous: there are no windows to join.",
        advice: "Leave ap-xfade out, or put ap-segment before it.")
    }
    let channels = header.channels
    header.layout = .contiguous
    header.history.append(context.historyEntry)
    try writer.write(header)

    func write(_ track: String, _ start: Int, _ samples: Span<Float>) throws(FilterError) {
      for begin in stride(from: 0, to: samples.count / channels, by: Self.recordFrames) {
        let end = min(samples.count / channels, begin + Self.recordFrames)
        try writer.write(
          samples.extracting(begin * channels..<end * channels), track: track,
          offset: start + begin)
      }
    }
    var collector = WindowCollector(channels: channels)
    let joiner = WindowJoiner(
      overlap: windowing.overlap, fade: fade ?? windowing.fade, channels: channels)
    var joiners: [String: WindowJoiner] = [:]
    while let record = try reader.next() {
      guard case .audio(let audio) = record else {
        try writer.write(record)
        continue
      }
      guard let window = collector.add(audio) else { continue }
      // Taken out, so that the joiner's samples are changed in place.
      var track = joiners.removeValue(forKey: window.track) ?? joiner
      try track.join(window) { start, samples throws(FilterError) in
        try write(window.track, start, samples)
      }
      joiners[window.track] = track
      let end = window.start + window.segment.length
      context.progress.update(done: end, total: header.frames, rate: header.rate)
    }
    for track in header.tracks.map(\.name) {
      try joiners[track]?.finish { start, samples throws(FilterError) in
        try write(track, start, samples)
      }
    }
    try writer.finish(extra: reader.end?.extra ?? [:])
  }
}
