internal import APCore
internal import Resampling

/// Brings one track, or one window, from the stream to a separator: in the model's rate and
/// channels, and with the figures that normalise it.
final class TrackFeed {
  /// Makes the separator once the figures are known.
  typealias Separator = (NormalizationScope) -> TrackSeparator

  private enum Route {
    /// The figures are known, or not wanted: sound goes through while it arrives.
    case direct(TrackSeparator)
    /// The figures are known only at the end.
    case spooled(SpooledTrack, Separator)
  }

  private let resampler: Resampler
  private let route: Route
  private var converted: [Float] = []
  /// Frames that may still go to the separator.
  private var room: Int
  private var framesIn = 0

  /// - Parameters:
  ///   - resampler: a new one, from the stream's format to the model's.
  ///   - frames: how long the track is at the model's rate at most; what the conversion gives beyond
  ///     it is cut.
  ///   - scope: nil: the figures of the whole track, which nobody has measured yet.
  init(
    resampler: Resampler, frames: Int = .max, scope: NormalizationScope?,
    separator: @escaping Separator
  ) throws(FilterError) {
    self.resampler = resampler
    room = frames
    route =
      if let scope {
        .direct(separator(scope))
      } else {
        .spooled(try SpooledTrack(channels: resampler.outChannels), separator)
      }
  }

  /// Takes the next frames, interleaved as in the stream.
  ///
  /// - Throws: `badInput` for a sample that is no finite number, and what the separator's delivery
  ///   throws.
  func push(_ samples: Span<Float>) throws {
    try refuseNonFinite(samples)
    framesIn += samples.count / resampler.inChannels
    resampler.push(samples, into: &converted)
    try forward()
  }

  /// Takes silence, where the stream has nothing.
  func pushSilence(frames: Int) throws {
    let block = min(frames, TrackSeparator.blockFrames)
    let silence = [Float](repeating: 0, count: block * resampler.inChannels)
    var rest = frames
    while rest > 0 {
      let count = min(rest, block)
      try push(silence.span.extracting(first: count * resampler.inChannels))
      rest -= count
    }
  }

  /// Ends the track.
  func finish() throws {
    resampler.finish(into: &converted)
    try forward()
    switch route {
    case .direct(let separator):
      try separator.finish()
    case .spooled(let spool, let makeSeparator):
      let separator = makeSeparator(.track(Normalization(spool.loudness)))
      try spool.forEachBlock { try separator.push($0) }
      try separator.finish()
    }
  }

  private func forward() throws {
    let block = converted
    converted = []
    let frames = min(room, block.count / resampler.outChannels)
    room -= frames
    let samples = block.span.extracting(first: frames * resampler.outChannels)
    switch route {
    case .direct(let separator): try separator.push(samples)
    case .spooled(let spool, _): try spool.append(samples)
    }
  }

  private func refuseNonFinite(_ samples: Span<Float>) throws(FilterError) {
    // One such sample would take a whole segment with it; a sum shows whether there is any.
    var check: Float = 0
    for index in samples.indices { check += samples[index] * 0 }
    guard !check.isFinite, let index = samples.indices.first(where: { !samples[$0].isFinite })
    else { return }
    throw FilterError(
      .badInput,
      "Frame \(framesIn + index / resampler.inChannels) of the input is no finite number.",
      advice: "Decode the file again, or repair it.")
  }
}
