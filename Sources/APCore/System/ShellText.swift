/// Text for a shell.
package enum ShellText {
  /// The word as a shell takes it for itself.
  package static func quoted(_ word: String) -> String {
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
