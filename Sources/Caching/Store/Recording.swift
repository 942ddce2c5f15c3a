internal import APCore
internal import Digests
internal import SystemPackage

/// A filter's output on its way into the cache. Whatever fails here stops the recording, never the
/// pipe.
final class Recording {
  private let store: CacheStore
  private let limit: Int?
  private let path: String
  private let stream: FileDescriptor
  private var checksum = Checksum()
  private var flush = EarlyFlush()
  private var watch = StreamWatch()
  private var isOpen = true
  /// Why nothing will be kept; nil where all is well, or the filter itself has said it.
  private(set) var problem: String?

  /// Begins.
  ///
  /// - Parameter limit: the most bytes that are kept.
  /// - Throws: `cannotCreate`.
  init(in store: CacheStore, limit: Int?) throws(FilterError) {
    self.store = store
    self.limit = limit
    do {
      (path, stream) = try store.makePartial()
    } catch {
      throw FilterError(
        .cannotCreate, "Nothing can be kept in \(store.folder): \(error).", underlying: error)
    }
  }

  deinit {
    discard()
  }

  /// Takes the next bytes of the output.
  func add(_ bytes: UnsafeRawBufferPointer) {
    guard isOpen else { return }
    watch.add(bytes)
    if let failure = watch.failure {
      // An abort is the filter's own word for what it has said already.
      if failure.abort == nil { stop("It is not a stream: \(failure.message)") }
      return discard()
    }
    if let limit, watch.count > limit { return stop("It is larger than --max-size allows.") }
    checksum.add(bytes)
    do {
      try stream.writeWhole(bytes)
      flush.follow(stream, to: watch.count)
    } catch {
      stop("Cannot write to \(store.folder): \(error).")
    }
  }

  /// Gives what was recorded its name.
  ///
  /// - Returns: whether it is in the cache now; another process may have been first.
  func commit(_ run: KeyedRun, command: [String]) -> Bool {
    guard isOpen else { return false }
    guard watch.isWhole, let end = watch.end else {
      discard()
      return false
    }
    let key = run.key
    let manifest = Manifest(
      key: key, created: Timestamp.text(Syscalls.now()), command: command, run: run,
      output: .init(file: CacheStore.stream, size: watch.count, xxh3: checksum.text, end: end))
    do {
      let file = try FileDescriptor.open(
        "\(path)/\(CacheStore.manifest)", .writeOnly,
        options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter {
        _ = try file.writeAll(manifest.bytes)
        try file.flush()
      }
      try stream.flush()
      FileSystem.flushFolder(path)
      try FileSystem.move(path, to: "\(store.executions)/\(key)")
      FileSystem.flushFolder(store.executions)
    } catch Errno.directoryNotEmpty, Errno.fileExists {
      discard()
      return true
    } catch {
      stop("Cannot write to \(store.folder): \(error).")
      return false
    }
    isOpen = false
    try? stream.close()
    return true
  }

  private func stop(_ problem: String) {
    self.problem = problem
    discard()
  }

  /// Removes what was recorded.
  func discard() {
    guard isOpen else { return }
    isOpen = false
    // Before the lock goes with the descriptor, so that nobody else sees it as a leftover.
    store.remove(path)
    try? stream.close()
  }
}
