internal import APCore

extension AnchorSpan {
  /// Reads `+1.2..3.4`, or with `-` before it where the sound is not heard; nil for all else.
  package init?(_ text: String) {
    guard let sign = text.first, sign == "+" || sign == "-",
      let dots = text.firstRange(of: ".."),
      let start = Self.seconds(text[text.index(after: text.startIndex)..<dots.lowerBound]),
      let end = Self.seconds(text[dots.upperBound...]), start < end
    else { return nil }
    self.init(isPresent: sign == "+", start: start, end: end)
  }

  /// As on the command line.
  package var text: String { "\(isPresent ? "+" : "-")\(start)..\(end)" }

  private static func seconds(_ text: Substring) -> Double? {
    guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
    return Double(text)
  }
}
