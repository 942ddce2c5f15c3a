internal import APCore
internal import Resampling

/// The separation of a stream: one track or its windows in, a track for each stem out.
final class StreamSeparation {
  private let plan: SeparationPlan
  private let outputs: [StemOutput]
  private let workspace: SegmentWorkspace
  private let sampleRate: Int
  private let channels: Int
  private let normalizesSegments: Bool
  private let reader: StreamReader
  private let writer: StreamWriter
  private let log: Log
  private let progress: Progress

  /// - Parameter normalizesSegments: whether each segment is normalised by its own figures.
  init(
    plan: SeparationPlan, outputs: [StemOutput], normalizesSegments: Bool,
    reader: StreamReader, writer: StreamWriter, log: Log, progress: Progress
  ) {
    let separators = plan.separators
    precondition(!separators.isEmpty, "the plan must have a model")
    self.plan = plan
    self.outputs = outputs
    self.normalizesSegments = normalizesSegments
    self.reader = reader
    self.writer = writer
    self.log = log
    self.progress = progress
    workspace = SegmentWorkspace(for: separators)
    sampleRate = plan.sampleRate
    channels = separators[0].channels
  }

  /// Separates the stream, from its header to its end.
  ///
  /// - Parameter historyEntry: what the output's header says of this filter.
  func run(historyEntry: HistoryEntry) throws {
    let header = try reader.readHeader()
    guard header.tracks.count == 1 else {
      throw FilterError(
        .badInput,
        "The stream has \(header.tracks.count) tracks; a mix to separate is one.",
        advice: "Put this filter before the one that made them.")
    }
    let output = outputHeader(header, historyEntry: historyEntry)
    try writer.write(output)
    switch header.layout {
    case .contiguous: try separateTrack(header, total: output.frames)
    case .windowed: try separateWindows(header, total: output.frames)
    }
    try writer.finish(extra: reader.end?.extra ?? [:])
  }

  private func separateTrack(_ header: StreamHeader, total: Int?) throws {
    let scope: NormalizationScope? =
      normalizesSegments
      ? .segment : usableLoudness(header).map { .track(Normalization($0)) }
    let feed = try TrackFeed(
      resampler: try resampler(from: header), length: total, needsLength: plan.needsLength,
      scope: scope
    ) { self.separator(scope: $0, length: $1, start: 0, segment: nil, total: total) }
    if feed.isSpooled {
      log.debug(
        "The header does not say the track's \(scope == nil ? "loudness" : "length") at "
          + "\(sampleRate) Hz: all of it goes to a temporary file first.")
    }
    var position = 0
    while let record = try reader.next() {
      switch record {
      case .other: try writer.write(record)
      case .audio(let audio):
        try feed.pushSilence(frames: audio.offset - position)
        try feed.push(audio.samples.span)
        position = audio.offset + audio.samples.count / header.channels
      }
    }
    try feed.pushSilence(frames: (header.frames ?? position) - position)
    try feed.finish()
  }

  /// Each window is a track of its own.
  private func separateWindows(_ header: StreamHeader, total: Int?) throws {
    var window: (segment: Segment, feed: TrackFeed)?
    while let record = try reader.next() {
      guard case .audio(let audio) = record, let segment = audio.segment else {
        try writer.write(record)
        continue
      }
      if window?.segment != segment {
        try window?.feed.finish()
        window = (segment, try windowFeed(header, segment, offset: audio.offset, total: total))
      }
      try window?.feed.push(audio.samples.span)
    }
    try window?.feed.finish()
  }

  private func windowFeed(
    _ header: StreamHeader, _ segment: Segment, offset: Int, total: Int?
  ) throws -> TrackFeed {
    // Both ends go to the model's rate as places in the track, so that windows keep their distance.
    let start = convertedFrames(offset, from: header)
    let length = convertedFrames(offset + segment.length, from: header) - start
    let converted = Segment(index: segment.index, length: length)
    return try TrackFeed(
      resampler: try resampler(from: header), length: length, needsLength: plan.needsLength,
      scope: normalizesSegments ? .segment : nil
    ) { self.separator(scope: $0, length: $1, start: start, segment: converted, total: total) }
  }

  /// - Parameters:
  ///   - start: where the track or window starts in the stream.
  ///   - total: frames of the whole stream.
  private func separator(
    scope: NormalizationScope, length: Int?, start: Int, segment: Segment?, total: Int?
  ) -> TrackSeparator {
    TrackSeparator(
      passes: plan.passes(length: length), outputs: outputs, scope: scope, workspace: workspace
    ) { [self] output, offset, samples in
      try writer.write(
        samples, track: outputs[output].name, offset: start + offset, segment: segment)
      guard output == outputs.count - 1 else { return }
      progress.update(
        done: start + offset + samples.count / channels, total: total, rate: sampleRate)
    }
  }
}

extension StreamSeparation {
  private func outputHeader(_ input: StreamHeader, historyEntry: HistoryEntry) -> StreamHeader {
    var header = input
    header.channels = channels
    header.rate = sampleRate
    header.frames = input.frames.map { convertedFrames($0, from: input) }
    header.tracks = outputs.map { Track($0.name) }
    header.history.append(historyEntry)
    // The figures were the mix's.
    header.source?.loudness = nil
    if case .windowed(var windowing) = input.layout {
      windowing.overlap = convertedFrames(windowing.overlap, from: input)
      windowing.length = max(convertedFrames(windowing.length, from: input), 2 * windowing.overlap)
      header.layout = .windowed(windowing)
    }
    return header
  }

  private func resampler(from header: StreamHeader) throws(FilterError) -> Resampler {
    try Resampler(
      from: header.rate, channels: header.channels, to: sampleRate, channels: channels)
  }

  private func convertedFrames(_ frames: Int, from header: StreamHeader) -> Int {
    Resampler.outputFrames(frames, from: header.rate, to: sampleRate)
  }

  /// The header's figures, if they are those of what the model will get: a mono track made stereo
  /// has the same mono mix, a track at another rate or mixed down has not.
  private func usableLoudness(_ header: StreamHeader) -> Loudness? {
    guard header.rate == sampleRate, header.channels == channels || header.channels == 1,
      let loudness = header.source?.loudness,
      Float(loudness.mean).isFinite, Float(loudness.std).isFinite
    else { return nil }
    return loudness
  }
}
