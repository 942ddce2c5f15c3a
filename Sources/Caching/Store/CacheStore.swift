internal import APCore
internal import SystemPackage

/// The folder in which executions are kept.
///
/// An execution is a folder under `executions` that is named by its key and has two files,
/// `manifest.json` and `stream`. It is made under `partial` and moved when it is whole, so that none
/// is ever seen half written, and of many that write the same one the first wins.
package struct CacheStore: Sendable {
  /// Where it is.
  package let folder: String

  static let manifest = "manifest.json"
  static let stream = "stream"

  /// Where this process's is: `$XDG_CACHE_HOME/ap`, or `~/.cache/ap`; nil where there is neither.
  package static func standard() -> CacheStore? {
    CacheStore(variable: ThisProcess.variable)
  }

  /// - Parameter variable: an environment variable's value; nil where it is unset or empty.
  init?(variable: (String) -> String?) {
    guard let folder = UserFolder.cache.path(variable) else { return nil }
    self.folder = folder
  }

  var executions: String { "\(folder)/executions" }
  var partial: String { "\(folder)/partial" }
  /// What `ap-sam` keeps of prompts.
  var texts: String { "\(folder)/text" }
  var digests: FileDigests { FileDigests(folder: "\(folder)/digests") }

  /// Finds an execution. Whether all its bytes are what was written is known once they have been read.
  ///
  /// - Parameter log: is told of one that is seen to be damaged, or of another version of ap; it is dropped.
  /// - Returns: nil where there is none.
  func find(_ key: String, log: Log) -> StoredExecution? {
    let path = "\(executions)/\(key)"
    guard FileSystem.isFolder(path) else { return nil }
    let summary = StoredExecution.summary(in: path)
    guard let execution = StoredExecution(summary, in: path), execution.key == key else {
      if summary?.key == key, summary?.output == nil {
        log.debug(
          "The stored output in \(path) is another version's: it is dropped and made again.")
      } else {
        log.warning("The stored output in \(path) is damaged: it is dropped and made again.")
      }
      drop(key)
      return nil
    }
    FileSystem.touch("\(path)/\(Self.manifest)")
    return execution
  }

  /// Removes an execution; one that is being read can be read to its end.
  func drop(_ key: String) {
    guard FileSystem.makeFolder(partial) else { return }
    let path = "\(partial)/\(Self.uniqueName())"
    // At once out of the way of those who look for it or write it anew.
    guard (try? FileSystem.move("\(executions)/\(key)", to: path)) != nil else { return }
    remove(path)
  }

  /// Removes a folder and the files in it.
  func remove(_ path: String) {
    for name in FileSystem.names(in: path) {
      FileSystem.remove("\(path)/\(name)")
    }
    FileSystem.removeEmptyFolder(path)
  }

  static func uniqueName() -> String {
    String(UInt64.random(in: 0...UInt64.max), radix: 36)
  }

  // MARK: Writers

  /// Makes a folder for an execution whose writer holds the lock of its stream.
  ///
  /// - Throws: the system's error.
  func makePartial() throws -> (path: String, stream: FileDescriptor) {
    guard FileSystem.makeFolder(executions), FileSystem.makeFolder(partial) else {
      throw Errno.permissionDenied
    }
    return try withWriters {
      let path = "\(partial)/\(Self.uniqueName())"
      try FileSystem.makeNewFolder(path)
      let stream = try FileDescriptor.open(
        "\(path)/\(Self.stream)", .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      _ = FileSystem.lock(stream, waits: true)
      return (path, stream)
    }
  }

  /// Removes what writers left that ended before their time: nobody holds its lock.
  func removeLeftovers() {
    guard FileSystem.isFolder(partial) else { return }
    try? withWriters {
      for name in FileSystem.names(in: partial) {
        let path = "\(partial)/\(name)"
        guard
          let stream = try? FileDescriptor.open(
            "\(path)/\(Self.stream)", .readWrite, options: .closeOnExec)
        else {
          remove(path)
          continue
        }
        if FileSystem.lock(stream, waits: false) { remove(path) }
        try stream.close()
      }
    }
  }

  /// Runs while no other process makes or removes a partial folder.
  private func withWriters<Result>(_ body: () throws -> Result) throws -> Result {
    let lock = try FileDescriptor.open(
      "\(folder)/lock", .readWrite, options: [.create, .closeOnExec],
      permissions: .ownerReadWrite)
    return try lock.closeAfter {
      _ = FileSystem.lock(lock, waits: true)
      return try body()
    }
  }
}
