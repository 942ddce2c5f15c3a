internal import APCore
internal import Synchronization

/// What a run says on standard error, from all its pipes: lines, and progress that gives way to them.
final class Narration: Sendable {
  private let level: LogLevel
  private let progress: Mutex<Progress>

  init(_ settings: Settings) {
    level = settings.logLevel
    progress = Mutex(Progress(tool: "ap-run", mode: settings.progress))
  }

  /// Whether the user sees what commands say.
  var passesWords: Bool { level >= .info }

  /// Says something under that name.
  func say(as name: String = "ap-run", _ body: (Log) -> Void) {
    progress.withLock { progress in
      progress.clear()
      body(Log(tool: name, level: level))
    }
  }

  /// Passes on a line that a job's command said.
  ///
  /// - Returns: whether it is words, and no progress.
  func pass(_ line: String, of command: String, for job: Job) -> Bool {
    if line.hasPrefix("{"), let json = try? JSONValue(parsing: Array(line.utf8)),
      json["type"] == "progress", let members = json.object
    {
      if job.hasWord(members) { progress.withLock { $0.relay(members, step: job.label) } }
      return false
    }
    let isNamed = line.hasPrefix("\(command): ")
    say(as: job.label) { $0.info(isNamed ? line : "\(command): \(line)") }
    return true
  }

  /// Takes away what is not a line.
  func finish() {
    progress.withLock { $0.clear() }
  }
}

extension Job {
  /// Whether a filter's progress is its pipe's: a network's, else the last filter's. Before the stream each has
  /// the word, as those after it can say nothing yet.
  fileprivate func hasWord(_ progress: [String: JSONValue]) -> Bool {
    let filters = stages.flatMap { $0.filter(Suite.filters.contains) }
    let speaker = filters.first(where: Suite.networks.contains) ?? filters.last
    return progress["stage"] != nil || progress["tool"]?.string == speaker
  }
}
