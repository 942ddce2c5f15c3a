package import ArgumentParser

/// What a shell needs to complete a filter's options and arguments.
enum Completion {
  /// The script that the parser makes, without the `help` that it adds to each command as if it had
  /// subcommands: that hides what completes the first argument, and zsh takes none besides.
  static func script(_ command: any ParsableCommand.Type, _ shell: CompletionShell) -> String {
    let name = command.configuration.commandName ?? ""
    var lines = command.completionScript(for: shell).split(
      separator: "\n", omittingEmptySubsequences: false)
    switch shell {
    case .bash:
      lines.remove(
        from: "    # Offer subcommand / subcommand argument completions", through: "    esac")
      lines.remove(from: "_\(name)_help() {", through: "}")
    case .zsh:
      lines.removeAll { ["'(-): :->command'", "'(-)*:: :->arg'"].contains($0.drop { $0 == " " }) }
      lines.remove(from: "    case \"${state}\" in", through: "    esac")
      lines.remove(from: "_\(name)_help() {", through: "}")
    default:
      lines.removeAll { line in
        line.contains(" -fa 'help' ") || line.contains("\"\(name) help\"")
      }
      lines.remove(from: "        switch $unparsed_tokens[1]", through: "        end")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension CompletionKind {
  /// Names that tracks usually have.
  package static var trackNames: CompletionKind {
    .list(["mix", "drums", "bass", "other", "vocals", "no_vocals", "guitar", "piano", "residual"])
  }
}

extension [Substring] {
  /// Leaves out the first block of lines that begins and ends so, if there is one.
  fileprivate mutating func remove(from first: String, through last: String) {
    guard let start = firstIndex(of: first[...]),
      let end = self[start...].firstIndex(of: last[...])
    else { return }
    removeSubrange(start...end)
  }
}
