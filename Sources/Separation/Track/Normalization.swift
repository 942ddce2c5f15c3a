package import APCore

/// What is taken off the mix before a network and put back after it.
package struct Normalization: Equatable {
  package let mean: Float
  /// The deviation with the reference's ε, so that silence is not divided by nothing.
  package let scale: Float

  package init(_ loudness: Loudness) {
    mean = Float(loudness.mean)
    scale = Float(loudness.std) + 1e-8
  }
}

/// Whose figures normalise.
package enum NormalizationScope: Equatable {
  /// The whole track's, as in the reference.
  case track(Normalization)
  /// Each segment's own: for a track whose end is not known and must not be waited for.
  case segment
}
