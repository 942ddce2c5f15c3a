internal import APCore
internal import SystemPackage

/// Work on a thread of its own, to be waited for.
struct BackgroundWork {
  /// Closed when the work is done: waiting is reading.
  private let done: FileDescriptor

  /// Starts it.
  ///
  /// - Throws: `io` where the system has no thread or pipe left.
  init(_ work: @escaping @Sendable () -> Void) throws(FilterError) {
    do {
      let pipe = try Syscalls.makePipe()
      done = pipe.read
      try BackgroundThread.start {
        work()
        try? pipe.write.close()
      }
    } catch {
      throw FilterError(.io, "Cannot start a thread: \(error).", underlying: error)
    }
  }

  /// Returns when the work is done.
  func wait() {
    _ = withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try? done.readSome(into: $0) }
    try? done.close()
  }
}
