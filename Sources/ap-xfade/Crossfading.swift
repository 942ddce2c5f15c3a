import APCore

/// The work of `ap-xfade`.
struct Crossfading {
  /// The fade; nil for the one that the header names.
  let fade: Fade?

  /// Records short enough to keep the filters after this one busy and small.
  private static let recordFrames = 65_536

  func run(in context: FilterContext) throws {
    let writer = try context.openOutput()
    let reader = try context.openInput()
    var header = try reader.readHeader()
    guard header.layout != .contiguous else {
      throw FilterError(
        .badInput, "The stream is contiguous: there are no windows to join.",
        advice: "Leave ap-xfade out, or put ap-segment before it.")
    }
    let channels = header.channels

    func write(_ track: String, _ start: Int, _ samples: Span<Float>) throws(FilterError) {
      for begin in stride(from: 0, to: samples.count / channels, by: Self.recordFrames) {
        let end = min(samples.count / channels, begin + Self.recordFrames)
        try writer.write(
          samples.extracting(begin * channels..<end * channels), track: track,
          offset: start + begin)
      }
    }
    var tracks = ContiguousTracks(header, fade: fade)
    header.layout = .contiguous
    header.history.append(context.historyEntry)
    try writer.write(header)
    while let record = try reader.next() {
      guard case .audio(let audio) = record else {
        try writer.write(record)
        continue
      }
      try tracks.add(audio, write)
      let end = audio.offset + audio.samples.count / channels
      context.progress.update(done: end, total: header.frames, rate: header.rate)
    }
    try tracks.finish(write)
    try writer.finish(extra: reader.end?.extra ?? [:])
  }
}
