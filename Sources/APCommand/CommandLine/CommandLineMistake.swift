/// Mistakes on a command line that its parser has no good words for.
package enum CommandLineMistake {
  /// The parser's complaint, or a better one where an option that it names has a negative number for its
  /// value: the parser takes that for another option, and says that the value is missing.
  package static func explained(_ complaint: String, of arguments: [String]) -> String {
    for (index, word) in arguments.enumerated() where word.hasPrefix("-") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? parts[1] : arguments.dropFirst(index + 1).first?[...] ?? ""
      guard isNegative(value), !isNegative(word[...]), complaint.names(parts[0]) else { continue }
      return "\(parts[0]) must not be negative."
    }
    return complaint
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
