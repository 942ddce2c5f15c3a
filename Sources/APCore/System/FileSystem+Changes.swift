internal import Glibc
package import SystemPackage

extension FileSystem {
  /// Makes a folder that only this user can read, and those above it; whether it is there then.
  package static func makeFolder(_ path: String) -> Bool {
    if isFolder(path) { return true }
    let above = parent(path)
    guard above == path || makeFolder(above) else { return false }
    return mkdir(path, 0o700) == 0 || isFolder(path)
  }

  /// Makes a folder in one that is there; whether it was not there before. `mkdir(2)`.
  package static func makeInnerFolder(_ path: String) throws(Errno) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    let error = Errno(rawValue: errno)
    guard error == .fileExists, isFolder(path) else { throw error }
    return false
  }

  /// Makes a folder that only this user can read and that did not exist. `mkdir(2)`.
  package static func makeNewFolder(_ path: String) throws(Errno) {
    try check(mkdir(path, 0o700))
  }

  /// Makes a folder of this process's own. `mkdtemp(3)`.
  package static func makeTemporaryFolder(in parent: String) throws(Errno) -> String {
    var template = Array("\(parent)/ap-run-XXXXXX".utf8CString)
    let isMade = template.withUnsafeMutableBufferPointer { bytes in
      bytes.baseAddress.flatMap { mkdtemp($0) } != nil
    }
    guard isMade else { throw Errno(rawValue: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Gives a file or folder another name; a folder with something in it is not replaced. `rename(2)`.
  package static func move(_ source: String, to target: String) throws(Errno) {
    try check(rename(source, target))
  }

  /// Removes a file; one that is gone already is no matter. `unlink(2)`.
  package static func remove(_ path: String) {
    unlink(path)
  }

  /// Removes a folder that has nothing in it. `rmdir(2)`.
  package static func removeEmptyFolder(_ path: String) {
    rmdir(path)
  }

  /// Says that a file was used now. `utimensat(2)`.
  package static func touch(_ path: String) {
    utimensat(AT_FDCWD, path, nil, 0)
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

  private static func check(_ result: Int32) throws(Errno) {
    guard result >= 0 else { throw Errno(rawValue: errno) }
  }
}
