import APCore

/// The work of `ap-segment`.
struct Segmentation {
  let windows: WindowOptions
  let fade: Fade
  /// The most windows a track gets.
  let most: Int?

  func run(in context: FilterContext) throws {
    let writer = try context.openOutput()
    let reader = try context.openInput()
    var header = try reader.readHeader()
    guard header.layout == .contiguous else {
      throw FilterError(
        .badInput, "The stream is windowed already.", advice: "Put ap-xfade before ap-segment.")
    }
    let plan = try windows.plan(for: header)
    header.layout = .windowed(
      Windowing(length: plan.longest, overlap: plan.overlap, fade: fade))
    if let most { header.frames = header.frames.map { min($0, plan.end(ofFirst: most) ?? $0) } }
    header.history.append(context.historyEntry)
    try writer.write(header)

    var cutters: [String: WindowCutter] = [:]
    var counts: [String: Int] = [:]
    func write(_ track: String, _ start: Int, _ samples: Span<Float>) throws(FilterError) {
      let index = counts[track, default: 0]
      counts[track] = index + 1
      if let most, index >= most { return }
      try writer.write(
        samples, track: track, offset: start,
        segment: Segment(index: index, length: samples.count / header.channels))
    }
    while let record = try reader.next() {
      guard case .audio(let audio) = record else {
        try writer.write(record)
        continue
      }
      let track = audio.track
      // Taken out, so that the cutter's samples are changed in place.
      var cutter =
        cutters.removeValue(forKey: track) ?? WindowCutter(plan, channels: header.channels)
      try cutter.push(audio.samples, at: audio.offset) { start, samples throws(FilterError) in
        try write(track, start, samples)
      }
      cutters[track] = cutter
      context.progress.update(done: audio.offset, total: header.frames, rate: header.rate)
    }
    for track in header.tracks.map(\.name) {
      try cutters[track]?.finish { start, samples throws(FilterError) in
        try write(track, start, samples)
      }
    }
    if let most, counts.values.contains(where: { $0 > most }) {
      context.log.info("Left out what follows the first \(most) windows, as --max-segments asks.")
    }
    try writer.finish(extra: reader.end?.extra ?? [:])
  }
}
