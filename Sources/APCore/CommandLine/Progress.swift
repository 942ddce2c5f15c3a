import SystemPackage

/// When a filter shows how far it is.
public enum ProgressMode: String, CaseIterable, Sendable {
  /// Only where standard error is a terminal.
  case auto
  case always
  case never
  /// A line of JSON a step, for programs.
  case json
}

/// Shows how far a filter is, on standard error, at most ten times a second.
public final class Progress {
  private enum Style { case silent, bar, json }

  private let tool: String
  private let style: Style
  private var lastShown = -Double.infinity
  private var hasBar = false
  /// How much sound is done.
  private(set) var audioSeconds = 0.0

  /// Progress of that filter.
  public init(tool: String, mode: ProgressMode) {
    self.tool = tool
    style =
      switch mode {
      case .never: .silent
      case .json: .json
      case .always: .bar
      case .auto: FileDescriptor.standardError.isTerminal ? .bar : .silent
      }
  }

  /// Says how far the work is.
  ///
  /// - Parameters:
  ///   - done: frames that are done.
  ///   - total: frames there are; nil where that is not known.
  ///   - rate: frames a second, to show times.
  public func update(done: Int, total: Int?, rate: Int) {
    audioSeconds = max(audioSeconds, Double(done) / Double(rate))
    let now = Syscalls.monotonicSeconds()
    guard style != .silent, now - lastShown >= 0.1 || done == total else { return }
    lastShown = now
    switch style {
    case .silent: break
    case .json:
      let line: JSONValue = [
        "type": "progress", "tool": .string(tool), "done": JSONValue(done),
        "total": total.map { JSONValue($0) } ?? .null, "rate": JSONValue(rate),
      ]
      Console.write(String(decoding: line.serialized(), as: UTF8.self) + "\n")
    case .bar:
      hasBar = true
      Console.write("\r\(tool): \(Self.text(done: done, total: total, rate: rate))\u{1b}[K")
    }
  }

  /// Whether anything is shown.
  public var isShown: Bool { style != .silent }

  /// Shows how far a command is that this one started.
  ///
  /// - Parameters:
  ///   - line: what it said with `--progress json`.
  ///   - step: what this one started it for.
  public func relay(_ line: [String: JSONValue], step: String) {
    switch style {
    case .silent: break
    case .json:
      let line = JSONValue.object(line.merging(["step": .string(step)]) { $1 })
      Console.write(String(decoding: line.serialized(), as: UTF8.self) + "\n")
    case .bar:
      let now = Syscalls.monotonicSeconds()
      guard now - lastShown >= 0.1, let tool = line["tool"]?.string, let done = line["done"]?.int,
        let rate = line["rate"]?.int, rate > 0
      else { return }
      lastShown = now
      hasBar = true
      let text = Self.text(done: done, total: line["total"]?.int, rate: rate)
      // A line that is longer than a terminal could not be written over.
      Console.write("\r\(step.prefix(40)): \(tool): \(text)\u{1b}[K")
    }
  }

  /// Clears the line, so that a message can follow.
  public func clear() {
    if hasBar { Console.write("\r\u{1b}[K") }
    hasBar = false
  }

  private static func text(done: Int, total: Int?, rate: Int) -> String {
    guard let total, total > 0 else { return time(done, rate) }
    let percent = Int(Double(done) / Double(total) * 100)
    return "\(percent) % (\(time(done, rate)) of \(time(total, rate)))"
  }

  private static func time(_ frames: Int, _ rate: Int) -> String {
    let seconds = frames / rate
    let rest = seconds % 60
    return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
  }
}
