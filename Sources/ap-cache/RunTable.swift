import APCore
import Caching

/// What `ap-cache list` shows: one line per run, the one that was used last at the end.
struct RunTable {
  private let rows: [[String]]

  init(_ runs: [StoredRun]) {
    rows =
      [["USED", "SIZE", "SOURCE", "COMMAND"]]
      + runs.map { run in
        [
          run.used, "\(ByteSize(bytes: run.size))", run.source ?? "-",
          run.kind == .text
            ? "ap-sam: what a prompt means"
            : run.command.isEmpty ? "?" : run.command.joined(separator: " "),
        ]
      }
  }

  /// Ends with a line feed.
  var text: String { TextTable(rows).text }
}
