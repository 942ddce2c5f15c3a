/// A track that is separated while its frames arrive, with memory that does not grow with the track.
///
/// The passes run side by side: the segment that starts first goes first, so that the order of all
/// sums is the same however the input is cut. A frame is final as soon as no segment that is still to
/// come can touch it.
package struct OverlapAdd: TrackSeparator {
  private let channels: Int
  private let outputs: [StemOutput]
  private let scope: NormalizationScope
  private let workspace: SegmentWorkspace
  private var passes: [SegmentPass]

  /// The mix as it came, from what a segment to come may look back to.
  private var mix: FrameWindow
  /// The outputs' sums, from the first frame that is not given yet: row `output · channels + channel`.
  private var sums: FrameWindow
  /// Where the frames end that are final.
  private var finalEnd = 0
  /// The output whose turn it is.
  private var turn = 0
  /// Frames of the track, once its end has come.
  private var length: Int?

  /// - Parameters:
  ///   - passes: at least one; all models have the same channels.
  ///   - workspace: memory for the passes' largest model.
  package init(
    passes: [SegmentPass], outputs: [StemOutput], scope: NormalizationScope,
    workspace: SegmentWorkspace
  ) {
    precondition(!passes.isEmpty, "passes must not be empty")
    channels = passes[0].separator.channels
    self.passes = passes
    self.outputs = outputs
    self.scope = scope
    self.workspace = workspace
    mix = FrameWindow(rows: channels)
    sums = FrameWindow(rows: outputs.count * channels)
  }

  /// Takes the next frames, interleaved.
  package mutating func push(_ samples: Span<Float>) {
    precondition(length == nil, "push() comes before finish()")
    mix.append(interleaved: samples)
  }

  /// Ends the track.
  package mutating func finish() {
    length = mix.range.upperBound
  }

  /// The next frames that are final, for which segments are separated as needed; nil where more of
  /// the track is needed first, or all was given.
  ///
  /// - Throws: what a separator throws.
  package mutating func next() throws -> FinalFrames? {
    while true {
      if let frames = nextFinalFrames() { return frames }
      guard let next = passes.indices.min(by: { passes[$0].start < passes[$1].start }),
        isReady(passes[next])
      else { return nil }
      try separateSegment(of: passes[next])
      passes[next].advance()
      finalEnd = min(max(passes.lazy.map(\.start).min() ?? 0, 0), length ?? .max)
    }
  }

  private func isReady(_ pass: SegmentPass) -> Bool {
    if let length { return length > 0 && pass.start < length }
    return pass.start + pass.grid.segmentFrames <= mix.range.upperBound
  }

  private mutating func separateSegment(of pass: SegmentPass) throws {
    let segmentFrames = pass.grid.segmentFrames
    // Frames that the segment stands for; where the track ends before it, it is moved back by half
    // of what it lacks, so that it has real sound on both sides.
    let kept = min(segmentFrames, length.map { $0 - pass.start } ?? segmentFrames)
    let lead = (segmentFrames - kept) / 2
    let window = pass.start - lead..<pass.start - lead + segmentFrames

    let normalization = workspace.load(mix, window: window, for: pass.separator, scope: scope)
    try workspace.separate(with: pass.separator)
    workspace.computeShares(of: pass)

    // What a shift puts before the track is cut off.
    let first = max(0, -pass.start)
    guard first < kept else { return }
    sums.extend(to: pass.start + kept)
    for (index, output) in outputs.enumerated() {
      for (source, gain) in output.sourceGains.enumerated() {
        let gain = gain * pass.sourceGains[source]
        guard gain != 0 else { continue }
        for channel in 0..<channels {
          sums.withMutable(
            row: index * channels + channel, frames: pass.start + first..<pass.start + kept
          ) { sum in
            workspace.add(
              source: source, channel: channel, of: pass.separator, frames: first..<kept,
              lead: lead, gain: gain, normalization: normalization, to: sum)
          }
        }
      }
    }
  }

  private mutating func nextFinalFrames() -> FinalFrames? {
    let start = sums.range.lowerBound
    guard start < finalEnd else {
      let lookBack = (passes.lazy.map { $0.start - $0.grid.segmentFrames / 2 }).min() ?? 0
      mix.drop(before: min(finalEnd, lookBack))
      return nil
    }
    let end = min(start + FinalFrames.most, finalEnd)
    let frames = FinalFrames(
      output: turn, offset: start, samples: interleaved(turn, frames: start..<end))
    turn = (turn + 1) % outputs.count
    if turn == 0 { sums.drop(before: end) }
    return frames
  }

  private func interleaved(_ index: Int, frames: Range<Int>) -> [Float] {
    var samples = [Float](repeating: 0, count: frames.count * channels)
    let mixGain = outputs[index].mixGain
    for channel in 0..<channels {
      sums.with(row: index * channels + channel, frames: frames) { sum in
        for frame in sum.indices { samples[frame * channels + channel] = sum[frame] }
      }
      guard mixGain != 0 else { continue }
      mix.with(row: channel, frames: frames) { mix in
        for frame in mix.indices { samples[frame * channels + channel] += mixGain * mix[frame] }
      }
    }
    return samples
  }
}
