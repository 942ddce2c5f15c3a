internal import APCore
internal import Synchronization

/// The SHA-256 of a file, found on a thread of its own while the file is decoded.
final class BackgroundDigest {
  private let found: Found
  private let work: BackgroundWork
  private var isAwaited = false

  private final class Found: Sendable {
    let text = Mutex<Result<String, FilterError>?>(nil)
  }

  /// - Throws: `io` where the system has no thread left.
  init(of file: InputFile) throws(FilterError) {
    let found = Found()
    self.found = found
    // A regular file is read at places that each reader has for itself.
    nonisolated(unsafe) let file = file
    work = try BackgroundWork {
      let text = Result { () throws(FilterError) in try file.sha256() }
      found.text.withLock { $0 = text }
    }
  }

  /// Nobody else reads the file then, also where nobody has asked.
  deinit { wait() }

  /// 64 hexadecimal digits, once all of the file has been read.
  ///
  /// - Throws: `io`.
  func text() throws(FilterError) -> String {
    wait()
    guard let text = found.text.withLock({ $0 }) else {
      preconditionFailure("the work ends with a result")
    }
    return try text.get()
  }

  private func wait() {
    guard !isAwaited else { return }
    isAwaited = true
    work.wait()
  }
}
