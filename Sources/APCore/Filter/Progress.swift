import SystemPackage

/// Shows how far a filter is, on standard error, at most ten times a second.
///
/// The filters of a pipe share a terminal, and one of them has the word: a network, because the others wait
/// for it; without one, the last. Before its header a filter has it too, since those after it can say nothing.
package final class Progress {
  private enum Style { case silent, bar, json }

  private let tool: String
  private let mode: ProgressMode
  private let style: Style
  /// Whether no filter follows that could say something.
  let isLast: Bool
  private var hasWord = true
  private var start = Syscalls.monotonicSeconds()
  private var lastShown = -Double.infinity
  /// How much sound is done.
  private(set) var audioSeconds = 0.0

  /// Progress of that filter.
  ///
  /// - Parameter isLast: whether no filter follows that could show its own.
  package init(tool: String, mode: ProgressMode, isLast: Bool = true) {
    self.tool = tool
    self.mode = mode
    self.isLast = isLast
    style =
      switch mode {
      case .never: .silent
      case .json: .json
      case .always: .bar
      case .auto: FileDescriptor.standardError.isTerminal ? .bar : .silent
      }
  }

  /// Says that the header is there and the work begins.
  ///
  /// - Parameter history: what came before this filter in the same pipe.
  package func begin(after history: [HistoryEntry]) {
    clear()
    start = Syscalls.monotonicSeconds()
    lastShown = -.infinity
    let networkHasWord = history.contains { Suite.networks.contains($0.tool) }
    hasWord = mode != .auto || !networkHasWord && (isLast || Suite.networks.contains(tool))
  }

  /// Says how far the work is.
  ///
  /// - Parameters:
  ///   - done: frames that are done.
  ///   - total: frames there are; nil where that is not known.
  ///   - rate: frames a second, to show times.
  ///   - stage: what is done before the stream, or nil for the stream itself.
  package func update(done: Int, total: Int?, rate: Int, stage: String? = nil) {
    if stage == nil { audioSeconds = max(audioSeconds, Double(done) / Double(rate)) }
    let now = Syscalls.monotonicSeconds()
    guard style != .silent, hasWord, now - lastShown >= 0.1 || done == total else { return }
    lastShown = now
    let line = ProgressLine(
      tool: tool, stage: stage, done: done, total: total, rate: rate, seconds: now - start)
    switch style {
    case .silent: break
    case .json: Console.write(String(decoding: line.json.serialized(), as: UTF8.self) + "\n")
    case .bar: Console.show(line.text(columns: Console.columns))
    }
  }

  /// Whether anything is shown.
  package var isShown: Bool { style != .silent }

  /// Shows how far a command is that this one started.
  ///
  /// - Parameters:
  ///   - members: what it said with `--progress json`.
  ///   - step: what this one started it for.
  package func relay(_ members: [String: JSONValue], step: String) {
    switch style {
    case .silent: break
    case .json:
      let line = JSONValue.object(members.merging(["step": .string(step)]) { $1 })
      Console.write(String(decoding: line.serialized(), as: UTF8.self) + "\n")
    case .bar:
      let now = Syscalls.monotonicSeconds()
      guard now - lastShown >= 0.1, var line = ProgressLine(members) else { return }
      lastShown = now
      line.tool = "\(step.prefix(40)): \(line.tool)"
      Console.show(line.text(columns: Console.columns))
    }
  }

  /// Clears the line, so that a message can follow.
  package func clear() {
    Console.clear()
  }
}
