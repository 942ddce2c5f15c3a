internal import APCore
internal import SystemPackage

/// What to type where a filter that reads a stream is given a file, as programs that read files would take it.
enum StreamAdvice {
  /// The pipe around a filter that reads a stream.
  private struct Pipe {
    /// What stands between `ap-decode` and the filter.
    var before = ""
    /// The filter's options where it is given none.
    var options: [String] = []
    /// What stands after the filter.
    var after = " | ap-encode -o 'stems/{track}.wav'"
    /// The script that is the whole pipe, and the options that it needs.
    var script: String?
  }

  private static let prompt = ["--prompt", "dog barking"]
  private static let sam = (["ap-sam"] + prompt).map(ShellText.quoted).joined(separator: " ")

  private static let pipes = [
    "ap-demucs": Pipe(script: "extract-demucs"),
    "ap-roformer": Pipe(script: "extract-roformer"),
    "ap-sam": Pipe(options: prompt, script: "extract-sam"),
    // The other networks cut and join a song themselves.
    "ap-segment": Pipe(after: " | \(sam) | ap-xfade | ap-encode -o 'stems/{track}.wav'"),
    "ap-xfade": Pipe(before: " | ap-segment | \(sam)"),
    "ap-view": Pipe(options: ["--png", "picture.png"], after: " >/dev/null"),
    "ap-encode": Pipe(options: ["-o", "out.wav"], after: ""),
  ]

  /// The sentence for a command line that names a file.
  ///
  /// - Parameters:
  ///   - complaint: what the parser says of it.
  ///   - tool: the filter.
  /// - Returns: nil where the filter takes arguments, or the complaint is about something else.
  static func sentence(_ complaint: String, of arguments: [String], tool: String) -> String? {
    guard let pipe = pipes[tool] else { return nil }
    let strangers = strangers(complaint, arguments)
    guard let file = strangers.first(where: isFile) else { return nil }
    let rest = arguments.filter { !strangers.contains($0) }
    let options = (rest.isEmpty ? pipe.options : rest).map { " \(ShellText.quoted($0))" }.joined()
    let path = ShellText.quoted(file)
    if rest.isEmpty, isStream(file) {
      return "This filter reads its stream from standard input. Type: \(tool)\(options) <\(path)."
    }
    var sentence =
      "This filter reads a stream, not '\(file)'. Type: ap-decode \(path)\(pipe.before)"
    sentence += " | \(tool)\(options)\(pipe.after)"
    if let script = pipe.script { sentence += "; or: \(script) \(path) stems\(options)" }
    return sentence + "."
  }

  /// The words that are neither options nor their values.
  private static func strangers(_ complaint: String, _ arguments: [String]) -> [String] {
    if complaint.contains("nexpected argument") {
      return complaint.matches(of: /'([^']+)'/).map { String($0.1) }
    }
    // Something else is missing besides, and the parser speaks of that.
    return arguments.first.map { $0.hasPrefix("-") ? [] : [$0] } ?? []
  }

  private static func isFile(_ word: String) -> Bool {
    FileSystem.isFile(word) || word.contains(".") && Double(word) == nil
  }

  private static func isStream(_ path: String) -> Bool {
    guard FileSystem.isFile(path), let file = try? FileDescriptor.open(path, .readOnly) else {
      return false
    }
    var head = [UInt8](repeating: 0, count: StreamHeader.magic.count)
    let count = try? file.closeAfter { try head.withUnsafeMutableBytes { try file.read(into: $0) } }
    return count == head.count && head == StreamHeader.magic
  }
}
