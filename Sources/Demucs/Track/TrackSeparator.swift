internal import APCore

/// Separates a track while its frames arrive, with memory that does not grow with the track.
///
/// The passes run side by side: the segment that starts first goes first, so that the order of all
/// sums is the same however the input is cut. A frame is delivered as soon as no segment that is
/// still to come can touch it.
final class TrackSeparator {
  /// Takes frames that are final: the output's index, their place in the track, the samples
  /// interleaved.
  typealias Delivery = (_ output: Int, _ offset: Int, _ samples: Span<Float>) throws -> Void

  /// The most frames delivered at once: stems take turns, so that no reader waits long for one.
  static let blockFrames = 65_536

  private let channels: Int
  private let outputs: [StemOutput]
  private let scope: NormalizationScope
  private let workspace: SegmentWorkspace
  private let deliver: Delivery
  private var passes: [SeparationPass]

  /// The mix as it came, from what a segment to come may look back to.
  private var mix: FrameWindow
  /// The outputs' sums, from the first frame that is not final: row `output · channels + channel`.
  private var sums: FrameWindow
  /// Frames of the track, once its end has come.
  private var length: Int?

  /// - Parameters:
  ///   - passes: at least one; all models have the same channels.
  ///   - workspace: memory for the passes' largest model.
  init(
    passes: [SeparationPass], outputs: [StemOutput], scope: NormalizationScope,
    workspace: SegmentWorkspace, deliver: @escaping Delivery
  ) {
    precondition(!passes.isEmpty, "passes must not be empty")
    channels = passes[0].separator.channels
    self.passes = passes
    self.outputs = outputs
    self.scope = scope
    self.workspace = workspace
    self.deliver = deliver
    mix = FrameWindow(rows: channels)
    sums = FrameWindow(rows: outputs.count * channels)
  }

  /// Takes the next frames, interleaved, and delivers what they make final.
  func push(_ samples: Span<Float>) throws {
    precondition(length == nil, "push() comes before finish()")
    mix.append(interleaved: samples)
    try separateReadySegments()
  }

  /// Ends the track and delivers the rest of it.
  func finish() throws {
    length = mix.range.upperBound
    try separateReadySegments()
  }

  private func separateReadySegments() throws {
    while let next = passes.indices.min(by: { passes[$0].start < passes[$1].start }),
      isReady(passes[next])
    {
      separateSegment(of: passes[next])
      passes[next].advance()
      try deliverFinalFrames()
    }
  }

  private func isReady(_ pass: SeparationPass) -> Bool {
    if let length { return length > 0 && pass.start < length }
    return pass.start + pass.grid.segmentFrames <= mix.range.upperBound
  }

  private func separateSegment(of pass: SeparationPass) {
    let segmentFrames = pass.grid.segmentFrames
    // Frames that the segment stands for; where the track ends before it, it is moved back by half
    // of what it lacks, so that it has real sound on both sides.
    let kept = min(segmentFrames, length.map { $0 - pass.start } ?? segmentFrames)
    let lead = (segmentFrames - kept) / 2
    let window = pass.start - lead..<pass.start - lead + segmentFrames

    let normalization = workspace.load(mix, window: window, for: pass.separator, scope: scope)
    workspace.separate(with: pass.separator)
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

  private func deliverFinalFrames() throws {
    let next = passes.lazy.map(\.start).min() ?? 0
    let final = min(max(next, 0), length ?? .max)
    while sums.range.lowerBound < final {
      let start = sums.range.lowerBound
      let end = min(start + Self.blockFrames, final)
      for index in outputs.indices {
        let samples = interleaved(index, frames: start..<end)
        try deliver(index, start, samples.span)
      }
      sums.drop(before: end)
    }
    let lookBack = (passes.lazy.map { $0.start - $0.grid.segmentFrames / 2 }).min() ?? 0
    mix.drop(before: min(final, lookBack))
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
