/// Mistakes on a command line that its parser has no good words for.
package enum CommandLineMistake {
  /// The parser's complaint, or a better one: for a file where a stream is read; for a negative number, which the parser
  /// takes for another option, and says that the value is missing; for a value that is none of a list.
  package static func explained(
    _ complaint: String, of arguments: [String], tool: String
  ) -> String {
    StreamAdvice.sentence(complaint, of: arguments, tool: tool)
      ?? negativeValue(complaint, of: arguments) ?? wrongChoice(complaint) ?? complaint
  }

  private static func negativeValue(_ complaint: String, of arguments: [String]) -> String? {
    for (index, word) in arguments.enumerated() where word.hasPrefix("-") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? parts[1] : arguments.dropFirst(index + 1).first?[...] ?? ""
      guard isNegative(value), !isNegative(word[...]), complaint.names(parts[0]) else { continue }
      return "\(parts[0]) must not be negative."
    }
    return nil
  }

  /// One sentence, whose list of values is none of lines.
  private static func wrongChoice(_ complaint: String) -> String? {
    guard let offer = complaint.firstRange(of: ". Please provide one of ") else { return nil }
    let list = complaint[offer.upperBound...]
    let values =
      list.hasPrefix("the following:")
      ? list.split(separator: "\n").dropFirst().map { $0.dropFirst("  - ".count) }
      : list.matches(of: /'([^']+)'/).map(\.1)
    guard let last = values.last else { return nil }
    let others = values.dropLast().joined(separator: ", ")
    return complaint[..<offer.lowerBound]
      + ": It must be \(others.isEmpty ? "" : "\(others) or ")\(last)."
  }

  private static func isNegative(_ value: Substring) -> Bool {
    // The dots of a span of time: it is no number.
    value.hasPrefix("-") && !value.contains("..")
      && value.dropFirst().first.map { $0.isNumber || $0 == "." } ?? false
  }
}

extension String {
  /// Whether an option is in it, and not only as the beginning of a longer one.
  fileprivate func names(_ option: Substring) -> Bool {
    ranges(of: option).contains { range in
      range.upperBound == endIndex
        || !(self[range.upperBound].isLetter || self[range.upperBound] == "-")
    }
  }
}
