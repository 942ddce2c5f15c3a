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
    let input = try ModelInput(reader, rate: sampleRate, channels: channels)
    try writer.write(
      input.outputHeader(
        tracks: outputs.map { Track($0.name) }, channels: channels, historyEntry: historyEntry))
    let extra = try input.forEachStretch { stretch in
      try feed(for: stretch, of: input)
    } passing: {
      try writer.write($0)
    }
    try writer.finish(extra: extra)
  }

  /// Each window is a track of its own, whose figures nobody knows before its end.
  private func feed(for stretch: ModelInput.Stretch, of input: ModelInput) throws -> TrackFeed {
    let known = stretch.segment == nil ? usableLoudness(input.header) : nil
    let scope: NormalizationScope? =
      normalizesSegments ? .segment : known.map { .track(Normalization($0)) }
    let feed = try TrackFeed(
      channels: channels, length: stretch.length, needsLength: plan.needsLength, scope: scope
    ) {
      self.separator(
        scope: $0, length: $1, start: stretch.start, segment: stretch.segment, total: input.frames)
    }
    if feed.isSpooled, stretch.segment == nil {
      log.debug(
        "The header does not say the track's \(scope == nil ? "loudness" : "length") at "
          + "\(sampleRate) Hz: all of it goes to a temporary file first.")
    }
    return feed
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
