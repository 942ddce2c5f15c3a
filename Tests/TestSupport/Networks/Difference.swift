internal import Glibc

/// The largest difference, relative to the largest value expected, or to 1 if that is less.
///
/// Infinite if sizes differ or a value is not finite, so that no NaN passes a comparison.
package func difference(_ actual: [Float], _ expected: [Double]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  var largest = 0.0
  var peak = 1.0
  for (a, e) in zip(actual, expected) {
    guard a.isFinite, e.isFinite else { return .infinity }
    largest = max(largest, abs(Double(a) - e))
    peak = max(peak, abs(e))
  }
  return largest / peak
}

package func difference(_ actual: [[Float]], _ expected: Table) -> Double {
  guard actual.map(\.count) == expected.map(\.count) else { return .infinity }
  return difference(actual.flatMap { $0 }, expected.flatMap { $0 })
}

/// By how many decibels the energy of what is expected is above that of the differences.
///
/// Minus infinity if sizes differ or a value is not finite.
package func signalToNoise(_ actual: [Float], _ expected: [Float]) -> Double {
  guard actual.count == expected.count, actual.allSatisfy(\.isFinite) else { return -.infinity }
  func energy(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }
  }
  return 10 * log10(energy(expected) / energy(zip(actual, expected).map { $0 - $1 }))
}
