internal import APCore
package import ArgumentParser

/// Mistakes on a command line that its parser has no good words for.
package enum CommandLineMistake {
  /// The parser's complaint as a sentence, or a better one: for a file where a stream is read; for an unknown option, of
  /// which the parser tells after all else, with the option's value as a word by itself; for a negative number, which it
  /// takes for another option, and says that the value is missing; for a value that is none of a list.
  package static func explained(
    _ complaint: String, of arguments: [String], tool: String, command: any ParsableArguments.Type
  ) -> String {
    let words =
      StreamAdvice.sentence(complaint, of: arguments, tool: tool)
      ?? unknownOption(complaint, of: arguments, command)
      ?? negativeValue(complaint, of: arguments) ?? wrongChoice(complaint) ?? complaint
    return words.hasSuffix(".") || words.hasSuffix("?") ? words : "\(words)."
  }

  /// Options of other programs, and what does the same here.
  private static let otherNames = ["--duration": "--end-time"]

  private static func unknownOption(
    _ complaint: String, of arguments: [String], _ command: any ParsableArguments.Type
  ) -> String? {
    let options = KnownOptions(of: command)
    guard let word = options.stranger(in: arguments) else { return nil }
    if options.takesWords, FileSystem.exists(word) {
      return "Unknown option '\(word)'. For a file whose name begins with -, write "
        + "\(ShellText.quoted("./\(word)"))."
    }
    let name = String(word.prefix { $0 != "=" })
    if let other = otherNames[name], options.has(other) {
      return "Unknown option '\(name)'. Use \(other)."
    }
    let start = "Unknown option '"
    if complaint.hasPrefix(start) { return complaint }
    // By itself, the parser may tell which one is meant.
    for words in [[name], ["-", name]] {
      do {
        _ = try command.parse(words)
      } catch {
        let complaint = command.message(for: error)
        if complaint.hasPrefix(start) { return complaint }
      }
    }
    return "\(start)\(name)'"
  }

  private static func negativeValue(_ complaint: String, of arguments: [String]) -> String? {
    for (index, word) in arguments.enumerated() where word.hasPrefix("-") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? parts[1] : arguments.dropFirst(index + 1).first?[...] ?? ""
      guard value.isNegativeNumber, !word[...].isNegativeNumber, complaint.names(parts[0]) else {
        continue
      }
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
