internal import APCore

/// What is meant by sums as they are written elsewhere.
extension TrackSum {
  /// The advice for a term that is a name by its letters, but not that of a track: `mix-vocals`, `0.5vocals`.
  static func advice(for name: String, among tracks: [String]) -> String? {
    if let parts = minuends(name, tracks) { return minus(parts.joined(separator: " - ")) }
    for track in tracks where name.hasSuffix(track) {
      let factor = name.dropLast(track.count)
      if factor == "-" { return times("-1", track) }
      if isNumber(factor) { return times(factor, track) }
    }
    return nil
  }

  /// The advice for a term that is none: `vocals*0.5`, `0.5 vocals`, `mix-0.5*vocals`, `mix- vocals`.
  static func advice(for term: Substring) -> String? {
    let term = term.lowercased()
    let words = term.split { $0 == " " || $0 == "*" }
    if words.count == 2 {
      for (number, track) in [(words[0], words[1]), (words[1], words[0])]
      where isNumber(number) && isTrack(track) { return times(number, track) }
    }
    for minus in term.indices where term[minus] == "-" {
      let left = term[..<minus].filter { $0 != " " }
      let right = term[minus...].dropFirst().drop { $0 == " " }
      guard isTrack(left[...]), isTerm(right) else { continue }
      return Self.minus("\(left) - \(right)")
    }
    return nil
  }

  private static func times(_ number: Substring, _ track: some StringProtocol) -> String {
    "The number comes first, with * after it: write \(number)*\(track)."
  }

  private static func minus(_ sum: String) -> String {
    "A minus sign needs a space before it, and the argument quotes: \(sum)."
  }

  /// The tracks between minus signs.
  private static func minuends(_ text: String, _ tracks: [String]) -> [String]? {
    if tracks.contains(text) { return [text] }
    for minus in text.indices where text[minus] == "-" {
      let left = String(text[..<minus])
      guard tracks.contains(left),
        let others = minuends(String(text[minus...].dropFirst()), tracks)
      else { continue }
      return [left] + others
    }
    return nil
  }

  private static func isNumber(_ text: Substring) -> Bool { Double(text)?.isFinite ?? false }

  private static func isTerm(_ text: Substring) -> Bool {
    let factors = text.split(separator: "*", omittingEmptySubsequences: false)
    return factors.count <= 2 && isTrack(factors[factors.count - 1])
      && (factors.count == 1 || isNumber(factors[0]))
  }

  private static func isTrack(_ text: Substring) -> Bool {
    Track.isValid(name: String(text)) && !isNumber(text)
  }
}
