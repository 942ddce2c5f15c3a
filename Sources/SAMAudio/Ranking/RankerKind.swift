/// What chooses among candidates.
package enum RankerKind: String, Sendable, CaseIterable {
  /// SAM-Audio's Judge, by its overall rating.
  case judge
}
