internal import APCore

extension Job {
  /// The pipe as a shell takes it.
  var shellText: String {
    var stages = stages.map { $0.map(ShellText.quoted).joined(separator: " ") }
    if let input { stages[0] += " < \(ShellText.quoted(input))" }
    var text = stages.joined(separator: " | ")
    if let output { text += " > \(ShellText.quoted(output))" }
    return text
  }
}

/// Text for a shell.
enum ShellText {
  /// The word as a shell takes it for itself.
  static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && word.allSatisfy { plain.contains($0) }
    // A word with = in it may set a variable.
    if isPlain, !word.contains("=") || word.hasPrefix("-"), !reserved.contains(word) { return word }
    // The only way to write bytes that are not UTF-8.
    if word.readable != word {
      return "$'\(word.replacing("\\", with: "\\\\").replacing("'", with: "\\'").readable)'"
    }
    return "'\(word.replacing("'", with: "'\\''"))'"
  }

  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%")
  /// Words of the shell's own that are plain, from where it looks for them.
  private static let reserved: Set<String> = [
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
    "select", "then", "time", "until", "while",
  ]
}
