import Synchronization

/// The files that must not outlive the process.
final class TemporaryFiles: Sendable {
  static let shared = TemporaryFiles()

  private let paths = Mutex<Set<String>>([])

  func insert(_ path: String) {
    paths.withLock { _ = $0.insert(path) }
  }

  /// Removes the file, or nothing where it has been renamed.
  func remove(_ path: String) {
    paths.withLock { paths in
      paths.remove(path)
      Syscalls.remove(path)
    }
  }

  /// Removes all of them.
  func removeAll() {
    paths.withLock { paths in
      paths.forEach(Syscalls.remove)
      paths.removeAll()
    }
  }
}
