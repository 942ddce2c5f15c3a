/// What chooses among candidates.
package enum RankerKind: String, Sendable, CaseIterable {
  /// SAM-Audio's Judge, by its overall rating.
  case judge
  /// CLAP, by how near it finds a sound to the prompt.
  case clap
  /// Both, as in the configuration of the released models.
  case ensemble

  /// Whether it needs a Judge.
  package var hasJudge: Bool { self != .clap }
  /// Whether it needs a CLAP.
  package var hasCLAP: Bool { self != .judge }

  /// The factors of scores in an ensemble.
  static let weights: (clap: Float, judge: Float) = (5, 1)
}
