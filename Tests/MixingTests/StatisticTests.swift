import Testing

@testable import Mixing

@Suite struct StatisticTests {
  @Test(
    arguments: [
      (.average, [1, 2, 6], 3), (.average, [0.5], 0.5), (.average, [1, -1], 0),
      (.median, [3, 1, 2], 2), (.median, [5, -7, 1, 2], 1.5), (.median, [4], 4),
      (.median, [9, 8, 7, 6, 5], 7), (.minimum, [3, -1, 2], -1), (.minimum, [-2, 2], -2),
      (.maximum, [3, -4, 2], -4), (.maximum, [2, -2], 2), (.maximum, [0, 0], 0),
    ] as [(Statistic, [Float], Float)])
  func samplesAreCombined(statistic: Statistic, values: [Float], expected: Float) {
    var values = values
    #expect(statistic.combine(&values) == expected)
  }

  private static let values = [
    SpectralValue(real: 3, imaginary: 4), SpectralValue(real: 0, imaginary: -1),
    SpectralValue(real: -2, imaginary: 0),
  ]

  @Test(
    arguments: [
      (.average, SpectralValue(real: 1 / 3, imaginary: 1)),
      (.median, SpectralValue(real: -2, imaginary: 0)),
      (.minimum, SpectralValue(real: 0, imaginary: -1)),
      (.maximum, SpectralValue(real: 3, imaginary: 4)),
    ] as [(Statistic, SpectralValue)])
  func spectraAreCombinedByMagnitude(statistic: Statistic, expected: SpectralValue) {
    var values = Self.values
    #expect(statistic.combine(&values) == expected)
  }

  /// In each order of the streams, what is not a number comes after all numbers.
  @Test(
    arguments: [
      (.average, [1, .nan], .nan), (.median, [1, .nan, 2], 2), (.median, [1, .nan, 2, 3], 2.5),
      (.median, [1, .nan], .nan), (.median, [1, .nan, .nan], .nan),
      (.minimum, [.nan, -1, 2], -1), (.minimum, [.nan, .infinity], .infinity),
      (.minimum, [.nan, .nan], .nan), (.maximum, [.nan, -1, 2], 2),
      (.maximum, [.nan, .nan, -1], -1), (.maximum, [.nan, .nan], .nan),
    ] as [(Statistic, [Float], Float)])
  func whatIsNotANumberComesLast(statistic: Statistic, values: [Float], expected: Float) {
    for order in Self.orders(of: values) {
      var samples = order
      var spectra = order.map { SpectralValue(real: $0, imaginary: 0) }
      for value in [statistic.combine(&samples), statistic.combine(&spectra).real] {
        #expect(value == expected || value.isNaN && expected.isNaN, "\(order): \(value)")
      }
    }
  }

  private static func orders(of values: [Float]) -> [[Float]] {
    guard let first = values.first else { return [[]] }
    return orders(of: Array(values.dropFirst())).flatMap { rest in
      (0...rest.count).map { Array(rest[..<$0]) + [first] + rest[$0...] }
    }
  }

  @Test func theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    var values = Self.values + [SpectralValue(real: 0, imaginary: 4)]
    #expect(Statistic.median.combine(&values) == SpectralValue(real: -1, imaginary: 2))
  }
}
