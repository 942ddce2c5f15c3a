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
        .badInput, "The stream is windowed already.", advice: header.joining(before: "ap-segment"))
    }
    let plan = try windows.plan(for: header)
    header.layout = .windowed(
      Windowing(length: plan.longest, overlap: plan.overlap, fade: fade))
    let limit = most.flatMap { plan.end(ofFirst: $0) }
    if let limit { header.frames = header.frames.map { min($0, limit) } }
    header.history.append(context.historyEntry)
    try writer.write(header)

    var cutters: [String: WindowCutter] = [:]
    var counts: [String: Int] = [:]
    var isShortened = false
    func write(_ track: String, _ start: Int, _ samples: Span<Float>) throws(FilterError) {
      let index = counts[track, default: 0]
      let length = samples.count / header.channels
      // Absent sound takes no window, so that counting alone could go past the new length.
      if let most, index >= most || start + length > limit ?? .max {
        isShortened = true
        return
      }
      counts[track] = index + 1
      try writer.write(
        samples, track: track, offset: start,
        segment: Segment(index: index, length: length))
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
      let end = audio.offset + audio.samples.count / header.channels
      context.progress.update(done: end, total: header.frames, rate: header.rate)
    }
    for track in header.tracks.map(\.name) {
      try cutters[track]?.finish { start, samples throws(FilterError) in
        try write(track, start, samples)
      }
    }
    if let most, isShortened {
      context.log.info("Left out what follows the first \(most) windows, as --max-segments asks.")
    }
    try writer.finish(extra: reader.end?.extra ?? [:])
  }
}
