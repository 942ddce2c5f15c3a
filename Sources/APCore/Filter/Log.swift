/// Writes lines to standard error, each with the filter's name before it.
package struct Log: Sendable {
  /// The filter's name.
  package let tool: String
  /// The least important level that is still written.
  package let level: LogLevel

  /// A log of that filter.
  package init(tool: String, level: LogLevel = .info) {
    self.tool = tool
    self.level = level
  }

  /// Why the filter stops.
  package func error(_ message: String) { write(message, .error) }
  /// What its user would not want, though it goes on.
  package func warning(_ message: String) { write("warning: \(message)", .warning) }
  /// What its user may want to know.
  package func info(_ message: @autoclosure () -> String) {
    if level >= .info { write(message(), .info) }
  }
  /// What helps to find a mistake.
  package func debug(_ message: @autoclosure () -> String) {
    if level >= .debug { write(message(), .debug) }
  }

  /// A message can quote a file's name or another program's words: it stays one line, and does
  /// nothing to a terminal.
  private static func line(_ message: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in message.readable.unicodeScalars {
      line.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return String(line)
  }

  private func write(_ message: String, _ importance: LogLevel) {
    guard importance <= level else { return }
    Console.say("\(tool): \(Self.line(message))\n")
  }
}
