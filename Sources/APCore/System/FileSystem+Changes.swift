internal import Glibc
package import SystemPackage

extension FileSystem {
  /// Makes a folder that only this user can read, and those above it; whether it is there then.
  package static func makeFolder(_ path: String) -> Bool {
    if isFolder(path) { return true }
    let above = parent(path)
    guard above == path || makeFolder(above) else { return false }
    return mkdir(path.platformString, 0o700) == 0 || isFolder(path)
  }

  /// Makes a folder in one that is there; whether it was not there before. `mkdir(2)`.
  package static func makeInnerFolder(_ path: String) throws(Errno) -> Bool {
    if mkdir(path.platformString, 0o777) == 0 { return true }
    let error = Errno(rawValue: errno)
    guard error == .fileExists, isFolder(path) else { throw error }
    return false
  }

  /// Makes a folder that only this user can read and that did not exist. `mkdir(2)`.
  package static func makeNewFolder(_ path: String) throws(Errno) {
    try check(mkdir(path.platformString, 0o700))
  }

  /// Makes a folder of this process's own. `mkdtemp(3)`.
  package static func makeTemporaryFolder(in parent: String) throws(Errno) -> String {
    var template = "\(parent)/ap-run-XXXXXX".platformString
    let isMade = template.withUnsafeMutableBufferPointer { bytes in
      bytes.baseAddress.flatMap { mkdtemp($0) } != nil
    }
    guard isMade else { throw Errno(rawValue: errno) }
    return String(platformString: template)
  }

  /// Gives a file or folder another name; a folder with something in it is not replaced. `rename(2)`.
  package static func move(_ source: String, to target: String) throws(Errno) {
    try check(rename(source.platformString, target.platformString))
  }

  /// Removes a file; one that is gone already is no matter. `unlink(2)`.
  package static func remove(_ path: String) {
    unlink(path.platformString)
  }

  /// Removes a folder that has nothing in it. `rmdir(2)`.
  package static func removeEmptyFolder(_ path: String) {
    rmdir(path.platformString)
  }

  /// Says that a file was used now. `utimensat(2)`.
  package static func touch(_ path: String) {
    utimensat(AT_FDCWD, path.platformString, nil, 0)
  }

  /// Takes the lock that goes with an open file, and goes when its last descriptor is closed, also
  /// by the process's end. `flock(2)`.
  ///
  /// - Parameter waits: whether to wait for another process that has it.
  /// - Returns: whether it was got.
  package static func lock(_ descriptor: FileDescriptor, waits: Bool) -> Bool {
    while flock(descriptor.rawValue, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }

  /// What came of the wish for a lock.
  enum Lock {
    case gotten
    /// Another process has it.
    case taken
    /// The file system has none.
    case absent
  }

  /// Takes the lock of an open file if nobody has it. `flock(2)`.
  static func tryLock(_ descriptor: FileDescriptor) -> Lock {
    if lock(descriptor, waits: false) { return .gotten }
    return errno == EWOULDBLOCK ? .taken : .absent
  }

  /// Puts on the disk which files a folder has. That is more than most programs do, so it is not an error
  /// where it cannot be done, as with a folder that may not be read.
  package static func flushFolder(_ path: String) {
    guard
      let folder = try? FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
    else { return }
    try? folder.flush()
    try? folder.close()
  }

  private static func check(_ result: Int32) throws(Errno) {
    guard result >= 0 else { throw Errno(rawValue: errno) }
  }
}
