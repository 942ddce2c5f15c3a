internal import APCore
internal import Resampling

/// Brings one track, or one window, in the model's rate and channels, to a separator: with the
/// figures that normalise it.
final class TrackFeed: ModelInput.Sink {
  /// Makes the separator, once the figures are known and, for a plan that needs it, the length in
  /// frames.
  typealias Separator = (_ scope: NormalizationScope, _ length: Int?) -> TrackSeparator

  private enum Route {
    /// All is known: sound goes through while it arrives.
    case direct(TrackSeparator)
    /// Something is known only at the end.
    case spooled(SpooledTrack, NormalizationScope?, Separator)
  }

  private let route: Route

  /// - Parameters:
  ///   - length: frames of the track; nil where its end is not known.
  ///   - needsLength: whether the separator cannot be made without a length.
  ///   - scope: nil: the figures of the whole track, which nobody has measured yet.
  init(
    channels: Int, length: Int?, needsLength: Bool, scope: NormalizationScope?,
    separator: @escaping Separator
  ) throws(FilterError) {
    route =
      if let scope, length != nil || !needsLength {
        .direct(separator(scope, length))
      } else {
        .spooled(try SpooledTrack(channels: channels), scope, separator)
      }
  }

  /// Whether nothing comes out before the track's end.
  var isSpooled: Bool {
    if case .spooled = route { true } else { false }
  }

  func push(_ samples: Span<Float>) throws {
    switch route {
    case .direct(let separator): try separator.push(samples)
    case .spooled(let spool, _, _): try spool.append(samples)
    }
  }

  func finish() throws {
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
}
