internal import APCore
internal import Resampling

/// Brings one track, or one window, from the stream to a separator: in the model's rate and
/// channels, and with the figures that normalise it.
final class TrackFeed {
  /// Makes the separator, once the figures are known and, for a plan that needs it, the length in
  /// frames at the model's rate.
  typealias Separator = (_ scope: NormalizationScope, _ length: Int?) -> TrackSeparator

  private enum Route {
    /// All is known: sound goes through while it arrives.
    case direct(TrackSeparator)
    /// Something is known only at the end.
    case spooled(SpooledTrack, NormalizationScope?, Separator)
  }

  private let resampler: Resampler
  private let route: Route
  private var converted: [Float] = []
  /// Frames that may still go to the separator.
  private var room: Int
  private var framesIn = 0

  /// - Parameters:
  ///   - resampler: a new one, from the stream's format to the model's.
  ///   - length: frames of the track at the model's rate; what the conversion gives beyond them is
  ///     cut. Nil where the track's end is not known.
  ///   - needsLength: whether the separator cannot be made without a length.
  ///   - scope: nil: the figures of the whole track, which nobody has measured yet.
  init(
    resampler: Resampler, length: Int?, needsLength: Bool, scope: NormalizationScope?,
    separator: @escaping Separator
  ) throws(FilterError) {
    self.resampler = resampler
    room = length ?? .max
    route =
      if let scope, length != nil || !needsLength {
        .direct(separator(scope, length))
      } else {
        .spooled(try SpooledTrack(channels: resampler.outChannels), scope, separator)
      }
  }

  /// Whether nothing comes out before the track's end.
  var isSpooled: Bool {
    if case .spooled = route { true } else { false }
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
    case .spooled(let spool, let scope, let makeSeparator):
      let separator = makeSeparator(
        scope ?? .track(Normalization(spool.loudness)), spool.frames)
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
    case .spooled(let spool, _, _): try spool.append(samples)
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
