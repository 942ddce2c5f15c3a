internal import APCore

/// The memory of one segment on its way through a network, planned once for the largest model.
package final class SegmentWorkspace {
  /// `[channels, segmentFrames]`, normalised, zeros where there is no track.
  private let mix: UnsafeMutableBufferPointer<Float>
  /// `[sources, channels, segmentFrames]`.
  private let stems: UnsafeMutableBufferPointer<Float>
  private var shares: [Float] = []

  package init(for separators: [any SegmentSeparator]) {
    func largest(_ size: (any SegmentSeparator) -> Int) -> Int {
      separators.map(size).max() ?? 0
    }
    mix = .allocate(capacity: largest { $0.channels * $0.segmentFrames })
    stems = .allocate(capacity: largest { $0.sources.count * $0.channels * $0.segmentFrames })
    mix.initialize(repeating: 0)
    stems.initialize(repeating: 0)
  }

  deinit {
    mix.deallocate()
    stems.deallocate()
  }

  /// Takes a window of the track, normalised; what lies outside of the track is zero.
  ///
  /// - Returns: what normalised it.
  func load(
    _ track: FrameWindow, window: Range<Int>, for separator: any SegmentSeparator,
    scope: NormalizationScope
  ) -> Normalization {
    let lower = max(window.lowerBound, 0)
    let real = lower..<max(lower, min(window.upperBound, track.range.upperBound))
    let normalization =
      switch scope {
      case .track(let normalization): normalization
      case .segment: Self.normalization(of: track, frames: real)
      }
    let segmentFrames = separator.segmentFrames
    mix.update(repeating: 0)
    guard !real.isEmpty else { return normalization }
    for channel in 0..<separator.channels {
      let start = channel * segmentFrames + real.lowerBound - window.lowerBound
      let target = UnsafeMutableBufferPointer(rebasing: mix[start..<start + real.count])
      track.with(row: channel, frames: real) { samples in
        for index in samples.indices {
          target[index] = (samples[index] - normalization.mean) / normalization.scale
        }
      }
    }
    return normalization
  }

  /// Runs the network on what was loaded.
  ///
  /// - Throws: what the separator throws.
  func separate(with separator: any SegmentSeparator) throws {
    let size = separator.channels * separator.segmentFrames
    try separator.separate(
      UnsafeBufferPointer(rebasing: mix[..<size]),
      into: UnsafeMutableBufferPointer(rebasing: stems[..<(separator.sources.count * size)]))
  }

  /// Finds how much each frame of the pass's next segment counts.
  func computeShares(of pass: SegmentPass) {
    if shares.count != pass.grid.segmentFrames {
      shares = [Float](repeating: 0, count: pass.grid.segmentFrames)
    }
    pass.grid.shares(ofSegment: pass.index, into: &shares)
  }

  /// Adds frames of one source to an output's sum, with the mix's level again.
  ///
  /// - Parameters:
  ///   - frames: frames of the segment's kept part.
  ///   - lead: frames of the window before the kept part.
  func add(
    source: Int, channel: Int, of separator: any SegmentSeparator, frames: Range<Int>, lead: Int,
    gain: Float, normalization: Normalization, to sum: UnsafeMutableBufferPointer<Float>
  ) {
    let row = (source * separator.channels + channel) * separator.segmentFrames + lead
    let estimate = UnsafeBufferPointer(
      rebasing: stems[row + frames.lowerBound..<row + frames.upperBound])
    shares.withUnsafeBufferPointer { shares in
      let shares = UnsafeBufferPointer(rebasing: shares[frames])
      for index in sum.indices {
        let value = estimate[index] * normalization.scale + normalization.mean
        sum[index] += value * (shares[index] * gain)
      }
    }
  }

  private static func normalization(of track: FrameWindow, frames: Range<Int>) -> Normalization {
    var meter = LoudnessMeter(channels: track.rows)
    var samples = [Float](repeating: 0, count: frames.count * track.rows)
    for row in 0..<track.rows where !frames.isEmpty {
      track.with(row: row, frames: frames) { values in
        for index in values.indices { samples[index * track.rows + row] = values[index] }
      }
    }
    meter.add(samples.span)
    return Normalization(meter.loudness)
  }
}
