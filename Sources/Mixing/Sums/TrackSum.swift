package import APCore

/// A track that is made of others: `karaoke=drums+bass+0.5*other`.
package struct TrackSum: Sendable, Hashable {
  /// A track, and what it counts.
  struct Term: Sendable, Hashable {
    let track: String
    let gain: Double
  }

  /// The new track's name.
  package let name: String
  let terms: [Term]

  init(name: String, terms: [Term]) {
    self.name = name
    self.terms = terms
  }

  /// Reads `NAME=TERM+TERM`, where a term is a track or a number, `*` and a track. A minus sign may stand in a track's
  /// name: one that subtracts has a space before it. Capitals in names are small letters.
  ///
  /// - Throws: `usage`.
  package init(_ text: String) throws(FilterError) {
    guard let equals = text.firstIndex(of: "="), !text[equals...].dropFirst().isEmpty else {
      throw Self.error(text, "it is not of the form NAME=SUM")
    }
    let name = Track.name(typed: text[..<equals])
    guard Track.isValid(name: name) else {
      throw Self.error(text, "a track's name has 1 to 64 characters of a-z 0-9 . _ -")
    }
    var terms: [Term] = []
    for added in text[text.index(after: equals)...].split(
      separator: "+", omittingEmptySubsequences: false)
    {
      for (index, part) in Self.minuends(added).enumerated() {
        terms.append(try Self.term(part, sign: index == 0 ? 1 : -1, of: text))
      }
    }
    self.init(name: name, terms: terms)
  }

  /// The parts between minus signs that have a space before them.
  private static func minuends(_ text: Substring) -> [Substring] {
    var parts: [Substring] = []
    var rest = text
    while let minus = rest.dropFirst().firstRange(of: " -") {
      parts.append(rest[..<minus.lowerBound])
      rest = rest[minus.upperBound...]
    }
    return parts + [rest]
  }

  private static func term(
    _ text: Substring, sign: Double, of sum: String
  ) throws(FilterError) -> Term {
    let factors = text.split(separator: "*", omittingEmptySubsequences: false)
      .map { Track.name(typed: $0) }
    guard let track = factors.last, Track.isValid(name: track), factors.count <= 2 else {
      throw error(
        sum, "\"\(text)\" is neither a track nor a number, * and a track", advice(for: text))
    }
    guard factors.count == 2 else { return Term(track: track, gain: sign) }
    guard let gain = Double(factors[0]), gain.isFinite else {
      throw error(sum, "\"\(factors[0])\" is not a number", advice(for: text))
    }
    return Term(track: track, gain: sign * gain)
  }

  private static func error(
    _ text: String, _ problem: String, _ advice: String? = nil
  ) -> FilterError {
    FilterError(
      .usage, "\"\(text)\": \(problem).",
      advice: advice ?? "A track is made like this: karaoke=drums+bass+0.5*other.")
  }
}
