/// What a run takes, for `--report`: time, memory, and the stages of a network. Where no report is
/// asked for, nothing is measured.
package final class Report {
  /// How the run ended.
  struct Outcome {
    let status: Int32
    /// Why it failed.
    let message: String?
  }

  /// What measures a network's stages; nil where no report is asked for.
  package private(set) var probe: Probe?

  private let start = Syscalls.monotonicSeconds()
  private var file: PartialFile?
  private var more: [String: JSONValue] = [:]

  /// Whether it will be written.
  package var isAsked: Bool { file != nil }

  /// Adds a member of a command's own.
  package func add(_ name: String, _ value: JSONValue) {
    more[name] = value
  }

  /// Adds what the peak of memory will be once the process has taken so many bytes more.
  package func estimateMemory(adding bytes: Int) {
    add("memory-estimate", AvailableMemory.peak(adding: bytes).map { JSONValue($0) } ?? .null)
  }

  /// Creates the file; one that is there will be replaced, since each run has its report. A pipe or a device is
  /// written into.
  ///
  /// - Throws: `cannotCreate`.
  package func open(_ path: String) throws(FilterError) {
    file = try PartialFile(for: path, overwriting: true, takesPipe: true)
    probe = Probe()
  }

  /// Does a stage of the work. What is done under the same name counts together; the part of a name
  /// after a dot is left out, so that the layers of a network's stage are one.
  package func stage<Result, Failure>(
    _ name: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let probe else { return try body() }
    return try probe.measure(name, body)
  }

  /// Takes the file back; whether there was one.
  func discard() -> Bool {
    defer { file = nil }
    file?.discard()
    return file != nil
  }

  /// Writes the file, once.
  ///
  /// - Parameter audioSeconds: how much sound passed.
  /// - Throws: `io`, `cannotCreate`.
  func write(
    _ outcome: Outcome, tool: String, settings: Settings, audioSeconds: Double
  ) throws(FilterError) {
    guard let file else { return }
    self.file = nil
    let wall = Syscalls.monotonicSeconds() - start
    var report: [String: JSONValue] = [
      "audio-seconds": JSONValue(audioSeconds),
      "cpu-seconds": JSONValue(Syscalls.processorSeconds()),
      "exit": JSONValue(Int(outcome.status)),
      "peak-memory": Syscalls.peakMemory().map { JSONValue($0) } ?? .null,
      "real-time-factor": JSONValue(wall / audioSeconds),
      "settings": .object(
        Dictionary(
          uniqueKeysWithValues: settings.entries.map { ($0.setting.rawValue, .string($0.value)) })),
      "stages": .array(stages),
      "tool": .string(tool),
      "type": "report",
      "version": .string(Suite.version),
      "wall-seconds": JSONValue(wall),
    ]
    report.merge(more) { $1 }
    report["message"] = outcome.message.map { .string($0) }
    try file.write(JSONValue.object(report).serialized() + [UInt8(ascii: "\n")])
    try file.commit()
  }

  private var stages: [JSONValue] {
    var sums: [(name: Substring, seconds: Double)] = []
    for (stage, seconds) in probe?.times ?? [] {
      let name = stage.prefix { $0 != "." }
      if let index = sums.firstIndex(where: { $0.name == name }) {
        sums[index].seconds += seconds
      } else {
        sums.append((name, seconds))
      }
    }
    return sums.map { ["seconds": JSONValue($0.seconds), "stage": .string(String($0.name))] }
  }
}
