internal import APCore

/// What is taken off the mix before the network and put back after it.
struct Normalization: Equatable {
  let mean: Float
  /// The deviation with the reference's ε, so that silence is not divided by nothing.
  let scale: Float

  init(_ loudness: Loudness) {
    mean = Float(loudness.mean)
    scale = Float(loudness.std) + 1e-8
  }
}

/// Whose figures normalise.
enum NormalizationScope: Equatable {
  /// The whole track's, as in the reference.
  case track(Normalization)
  /// Each segment's own: for a track whose end is not known and must not be waited for.
  case segment
}
