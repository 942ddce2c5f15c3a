package import APCore
internal import Synchronization

/// What the filters of a run report of themselves, gathered by jobs.
package final class RunReports: Sendable {
  private struct Part {
    let label: String
    let outcome: String
    let seconds: Double
    let filters: [JSONValue]
  }

  /// Where filters write until their reports are gathered.
  private let folder: String
  private let parts = Mutex<[Int: Part]>([:])

  /// - Parameter parent: where temporary files go.
  /// - Throws: `cannotCreate`.
  package init(in parent: String) throws(FilterError) {
    do {
      folder = try FileSystem.makeTemporaryFolder(in: parent)
    } catch {
      throw FilterError(
        .cannotCreate, "No temporary folder can be created in \(parent): \(error).",
        advice: "Name another with --temp-dir.", underlying: error)
    }
    Termination.add { [folder] in FileTree([]).restore([folder]) }
  }

  deinit {
    FileTree([]).restore([folder])
  }

  /// The options that make a filter report.
  func options(job: Int, stage: Int) -> [String] {
    ["--report", file(job, stage)]
  }

  private func file(_ job: Int, _ stage: Int) -> String {
    "\(folder)/\(job)-\(stage)"
  }

  /// Takes what a job's filters have written.
  func gather(_ index: Int, _ job: Job, outcome: String, seconds: Double) {
    let filters = job.stages.indices.compactMap { stage -> JSONValue? in
      let bytes = try? FileSystem.read(file(index, stage), limit: 1 << 24)
      return bytes.flatMap { try? JSONValue(parsing: $0) }
    }
    parts.withLock {
      $0[index] = Part(label: job.label, outcome: outcome, seconds: seconds, filters: filters)
    }
  }

  private var sorted: [Part] {
    parts.withLock { parts in parts.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// The member `steps` of the run's own report.
  package var json: JSONValue {
    .array(
      sorted.map { part in
        [
          "filters": .array(part.filters), "outcome": .string(part.outcome),
          "step": .string(part.label), "wall-seconds": JSONValue(part.seconds),
        ]
      })
  }

  /// A line a filter; nil where none has reported.
  package var table: String? {
    let rows = sorted.flatMap { part in
      part.filters.map { filter in
        [
          part.label, filter["tool"]?.string ?? "", Self.text(filter["wall-seconds"]),
          Self.text(filter["cpu-seconds"]), Self.text(filter["peak-memory"], unit: 1_048_576),
          Self.text(filter["audio-seconds"]), Self.text(filter["real-time-factor"], digits: 100),
        ]
      }
    }
    guard !rows.isEmpty else { return nil }
    let heads = ["step", "filter", "seconds", "processor", "MiB", "sound", "factor"]
    return TextTable([heads] + rows).text
  }

  /// A number with as many digits as one of `digits` parts of it.
  private static func text(_ value: JSONValue?, unit: Double = 1, digits: Double = 10) -> String {
    guard let value = value?.double else { return "-" }
    return "\((value / unit * digits).rounded() / digits)"
  }
}
