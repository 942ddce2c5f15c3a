internal import APCore
internal import Digests
internal import SystemPackage

/// SHA-256 of files, remembered until a file changes: a model has gigabytes.
struct FileDigests {
  /// A file an entry, under a name made of the path.
  let folder: String

  /// A file's digest, and the state in which it has it.
  struct Entry {
    let sha256: String
    fileprivate let path: String
    fileprivate let state: FileStatus

    /// Whether the file is still as it was.
    var isCurrent: Bool { FileStatus(path) == state }
  }

  /// - Throws: `io` where the file cannot be read, or changes meanwhile.
  func digest(of path: String) throws(FilterError) -> Entry {
    guard let state = FileStatus(path) else {
      throw FilterError(.noInput, "There is no file \(path).")
    }
    if let sha256 = recall(path, state) { return Entry(sha256: sha256, path: path, state: state) }
    let entry = Entry(sha256: try Digest.ofFile(path), path: path, state: state)
    guard entry.isCurrent else {
      throw FilterError(
        .io, "\(path) changed while it was being read.", advice: "Wait until it is complete.")
    }
    remember(entry)
    return entry
  }

  private func file(for path: String) -> String {
    var digest = Digest()
    digest.add(path)
    return "\(folder)/\(digest.text)"
  }

  /// All that tells one state of the file from another.
  private func line(_ path: String, _ state: FileStatus) -> String {
    let numbers = [
      "\(state.device)", "\(state.inode)", "\(state.size)", "\(state.modified)", "\(state.changed)",
    ]
    return (numbers + [path]).joined(separator: " ")
  }

  private func recall(_ path: String, _ state: FileStatus) -> String? {
    guard let bytes = try? FileSystem.read(file(for: path), limit: 1 << 16) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", maxSplits: 1).map(String.init)
    guard lines.count == 2, lines[0].utf8.count == 64, lines[1] == line(path, state) else {
      return nil
    }
    return lines[0]
  }

  /// Remembers, where there is room. Not of a file that has just been written: its clock may not
  /// tell it from what is written next.
  private func remember(_ entry: Entry) {
    let state = entry.state
    guard Syscalls.now() - max(state.modified, state.changed) > 2_000_000_000,
      FileSystem.makeFolder(folder),
      let part = try? PartialFile(for: file(for: entry.path), overwriting: true)
    else { return }
    let text = "\(entry.sha256)\n\(line(entry.path, state))"
    if (try? part.write(Array(text.utf8))) == nil { return part.discard() }
    try? part.commit()
  }
}
