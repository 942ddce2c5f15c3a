internal import ArgumentParser

extension ClosedRange where Bound: FixedWidthInteger {
  /// The value of an option that takes a whole number of this range.
  ///
  /// - Throws: what the parser says after the option's name.
  package func argument(_ text: String) throws -> Bound {
    guard let number = Bound(text), contains(number) else {
      let limits =
        upperBound == .max ? "of at least \(lowerBound)" : "from \(lowerBound) to \(upperBound)"
      throw ValidationError("It must be a whole number \(limits).")
    }
    return number
  }
}

extension ClosedRange<Double> {
  /// The value of an option that takes a number of this range.
  ///
  /// - Throws: what the parser says after the option's name.
  package func argument(_ text: String) throws -> Double {
    guard let number = Double(text), contains(number) else {
      throw ValidationError(
        "It must be a number from \(Self.text(lowerBound)) to \(Self.text(upperBound)).")
    }
    return number
  }

  /// A whole number without a fraction.
  private static func text(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}
