package import APCore

/// The separation of a stream into stems: one track or its windows in, a track for each output out.
package struct StemSeparation {
  /// Bytes that a track takes at most, beside what the networks do.
  package let memory: Int

  private let plan: PassPlan
  private let outputs: [StemOutput]
  private let scope: NormalizationScope?
  private let workspace: SegmentWorkspace
  private let sampleRate: Int
  private let channels: Int
  private let track: String?
  private let reader: StreamReader
  private let writer: StreamWriter
  private let log: Log
  private let progress: Progress

  /// - Parameters:
  ///   - scope: whose figures normalise; nil: those of the track, or of each window, that the header says or
  ///     that are measured first.
  ///   - track: which track is separated; nil is the only one, or the mix.
  /// - Throws: `outOfMemory`.
  package init(
    plan: PassPlan, outputs: [StemOutput], scope: NormalizationScope?, track: String? = nil,
    reader: StreamReader,
    writer: StreamWriter, log: Log, progress: Progress
  ) throws(FilterError) {
    let separators = plan.separators
    precondition(!separators.isEmpty, "the plan must have a model")
    self.plan = plan
    self.outputs = outputs
    self.scope = scope
    self.track = track
    self.reader = reader
    self.writer = writer
    self.log = log
    self.progress = progress
    sampleRate = plan.sampleRate
    channels = separators[0].channels
    // While it can still be refused with a sentence, and before the first byte goes out.
    memory = plan.memory(outputs: outputs.count, channels: channels)
    try AvailableMemory.require(memory)
    workspace = SegmentWorkspace(for: separators)
  }

  /// Separates the stream, from its header to its end.
  ///
  /// - Parameter historyEntry: what the output's header says of this filter.
  package func run(historyEntry: HistoryEntry) throws {
    let input = try NetworkInput(
      reader, track: track, passingTo: writer, rate: sampleRate, channels: channels)
    try writer.write(
      input.outputHeader(
        tracks: outputs.map { Track($0.name) }, channels: channels, historyEntry: historyEntry,
        advice: StemOutput.adviceOnTakenName))
    let stems = StemWriter(
      outputs, channels: channels, rate: sampleRate, total: input.frames, to: writer,
      progress: progress)
    while let passage = try input.next() {
      try separate(passage, loudness: usableLoudness(input.header), to: stems)
    }
    try writer.finish(extra: input.endExtra)
  }

  /// - Parameter loudness: of the whole track, where it is known.
  private func separate(_ passage: Passage, loudness: Loudness?, to stems: StemWriter) throws {
    // Each window is a track of its own, whose figures nobody knows before its end.
    let known = passage.segment == nil ? loudness : nil
    let scope = scope ?? known.map { .track(Normalization($0)) }
    if let scope, passage.length != nil || !plan.needsLength {
      return try stems.write(
        overlapAdd(scope, length: passage.length), of: passage, as: passage)
    }
    if passage.segment == nil {
      log.debug(
        "The header does not say the track's \(scope == nil ? "loudness" : "length") at "
          + "\(sampleRate) Hz: all of it is stored first, in a temporary file if it is long.")
    }
    let spool = SpooledTrack(channels: channels)
    while let frames = try passage.next() { try spool.append(frames.span) }
    let measured = scope ?? .track(Normalization(spool.loudness))
    try stems.write(overlapAdd(measured, length: spool.frames), of: spool, as: passage)
  }

  /// - Parameter length: frames of the passage; may be nil if the plan does not need it.
  private func overlapAdd(_ scope: NormalizationScope, length: Int?) -> OverlapAdd {
    OverlapAdd(
      passes: plan.passes(length: length), outputs: outputs, scope: scope, workspace: workspace)
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
