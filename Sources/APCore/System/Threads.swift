internal import Glibc
package import SystemPackage

/// Threads that nobody waits for.
package enum BackgroundThread {
  /// Starts one. `pthread_create(3)`.
  ///
  /// - Throws: `Errno` where the system has no thread left.
  package static func start(_ body: @escaping @Sendable () -> Void) throws(Errno) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      throw Errno(rawValue: status)
    }
    pthread_detach(thread)
  }
}

/// Work on a thread of its own, to be waited for.
package struct BackgroundWork {
  /// Closed when the work is done: waiting is reading.
  private let done: FileDescriptor

  /// Starts it.
  ///
  /// - Throws: `io` where the system has no thread or pipe left.
  package init(_ work: @escaping @Sendable () -> Void) throws(FilterError) {
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
  package func wait() {
    _ = withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try? done.readSome(into: $0) }
    try? done.close()
  }
}

/// A count that threads wait for: one that is 0 stops who takes from it until another thread adds to it.
///
/// `@unchecked`: it is made for several threads, but must stay where it is.
package final class Semaphore: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  package init(_ count: Int) {
    sem_init(semaphore, 0, UInt32(count))
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  /// Takes 1, once there is 1. `sem_wait(3)`.
  package func wait() {
    while sem_wait(semaphore) != 0 {}
  }

  /// Adds 1. `sem_post(3)`.
  package func signal() {
    sem_post(semaphore)
  }
}
