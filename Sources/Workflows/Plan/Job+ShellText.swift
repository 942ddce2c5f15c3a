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
