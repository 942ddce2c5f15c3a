internal import APCore
internal import ArgumentParser

/// The options that a command has, as its parser tells other programs.
struct KnownOptions {
  /// What the next word is to an option.
  private enum Next {
    /// Nothing.
    case apart
    /// Its value, unless that has the form of an option.
    case value
    /// Its value, whatever that is.
    case anything
  }

  /// Whether the command takes words that are no options.
  private(set) var takesWords = false
  /// Whether all that follows the first such word is another command's.
  private var passesRest = false
  /// Each name with its dashes.
  private var names: [String: Next] = [:]

  /// Those of a command.
  init(of command: any ParsableArguments.Type) {
    let description = try? JSONValue(parsing: Array(command._dumpHelp().utf8))
    for argument in description?["command"]?["arguments"]?.array ?? [] {
      let strategy = argument["parsingStrategy"]?.string
      if argument["kind"] == "positional" {
        takesWords = true
        passesRest = passesRest || strategy == "allRemainingInput"
      }
      for name in argument["names"]?.array ?? [] {
        let dashes = name["kind"] == "long" ? "--" : "-"
        names[dashes + (name["name"]?.string ?? "")] =
          argument["kind"] != "option" ? .apart : strategy == "unconditional" ? .anything : .value
      }
    }
  }

  /// Whether there is an option of that name.
  func has(_ name: String) -> Bool { names[name] != nil }

  /// The first word that has the form of an option and is none; nil where there is none, or no option is known.
  func stranger(in words: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    var rest = words[...]
    while let word = rest.popFirst(), word != "--" {
      guard hasForm(word) else {
        if passesRest { return nil }
        continue
      }
      let name = String(word.prefix { $0 != "=" })
      if let next = names[name] {
        let isValue = next == .anything || next == .value && rest.first.map(hasForm) == false
        if isValue, name == word { rest = rest.dropFirst() }
      } else if !isPack(word), !word[...].isNegativeNumber || FileSystem.exists(word) {
        return word
      }
    }
    return nil
  }

  /// Whether a word begins as options do. A dash alone is a value: standard input or output.
  private func hasForm(_ word: String) -> Bool { word.hasPrefix("-") && word != "-" }

  /// Whether this is several options of one letter.
  private func isPack(_ word: String) -> Bool {
    !word.hasPrefix("--") && word.dropFirst().allSatisfy { has("-\($0)") }
  }
}

extension Substring {
  /// Whether this is a number below zero, or meant as one.
  var isNegativeNumber: Bool {
    // The dots of a span of time: it is no number.
    hasPrefix("-") && !contains("..")
      && dropFirst().first.map { $0.isNumber || $0 == "." } ?? false
  }
}
