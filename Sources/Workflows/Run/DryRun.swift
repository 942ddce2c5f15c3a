internal import APCore

extension Plan {
  /// The pipes that a run would start, for a shell; empty where all is up to date.
  package var shellText: String {
    var runs: Set<Int> = []
    var lines: [String] = []
    var folders: Set<String> = []
    for (index, job) in jobs.enumerated() {
      let isFed = job.sources.contains(where: runs.contains)
      guard isFed || !JobRecord.isUpToDate(job) else { continue }
      runs.insert(index)
      let missing = job.outputs.filter { !OutputFolders.missing(above: $0).isEmpty }
        .map(FileSystem.parent).filter { folders.insert($0).inserted }
      if !missing.isEmpty {
        lines.append("mkdir -p -- \(missing.map(ShellText.quoted).joined(separator: " "))")
      }
      lines.append(job.shellText)
    }
    guard !lines.isEmpty else { return "" }
    return "set -o pipefail\n" + lines.joined(separator: " &&\n") + "\n"
  }
}
