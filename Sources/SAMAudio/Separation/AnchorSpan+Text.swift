internal import APCore

extension AnchorSpan {
  /// Reads `+1.2..3.4` or `+0:59..1:02.5`, or with `-` before it where the sound is not heard; nil for all else.
  package init?(_ text: String) {
    guard let sign = text.first, sign == "+" || sign == "-",
      let dots = text.firstRange(of: ".."),
      let start = Seconds(text[text.index(after: text.startIndex)..<dots.lowerBound]),
      let end = Seconds(text[dots.upperBound...]), start.value < end.value
    else { return nil }
    self.init(isPresent: sign == "+", start: start.value, end: end.value)
  }

  /// As on the command line.
  package var text: String { "\(isPresent ? "+" : "-")\(start)..\(end)" }
}
