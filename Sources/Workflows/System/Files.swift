// Every system call of this library stands in this file.

internal import Glibc
internal import ModelFiles
internal import SystemPackage

/// What tells a file from the one that was there before under its name.
struct FileStamp: Hashable, Sendable {
  let size: Int
  /// When it was last written, in nanoseconds.
  let time: Int
}

/// What workflows ask of the file system.
enum Files {
  /// The file's stamp, or that of what it leads to; nil where there is none. `stat(2)`.
  static func stamp(_ path: String) -> FileStamp? {
    status(path).map { status in
      FileStamp(
        size: Int(status.st_size),
        time: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
    }
  }

  /// Whether something has this name, be it a link to nowhere. `lstat(2)`.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Whether this leads to something else. `lstat(2)`.
  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// Whether something is there that is neither a file nor a folder, such as /dev/null. `stat(2)`.
  static func isDevice(_ path: String) -> Bool {
    status(path).map { ![S_IFREG, S_IFDIR].contains($0.st_mode & S_IFMT) } ?? false
  }

  /// Whether this may be run. `access(2)`.
  static func isExecutable(_ path: String) -> Bool {
    FileSystem.isFile(path) && access(path, X_OK) == 0
  }

  /// The folder that relative paths begin in. `getcwd(3)`.
  static func currentFolder() -> String {
    getcwd(nil, 0).map { path in
      defer { free(path) }
      return String(cString: path)
    } ?? "/"
  }

  /// The files and folders that match, sorted. `glob(3)`, with `{a,b}`.
  static func matches(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, GLOB_BRACE, nil, &result) == 0 else { return [] }
    let paths = (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0] }
    // Braces give one group after the other, and one file may be in two.
    return Set(paths.map { String(cString: $0) }).sorted()
  }

  /// Makes a folder in one that is there; whether it was not there before. `mkdir(2)`.
  static func makeFolder(_ path: String) throws(Errno) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    let error = Errno(rawValue: errno)
    guard error == .fileExists, FileSystem.isFolder(path) else { throw error }
    return false
  }

  /// Makes a folder of this process's own. `mkdtemp(3)`.
  static func makeTemporaryFolder(in parent: String) throws(Errno) -> String {
    var template = Array("\(parent)/ap-run-XXXXXX".utf8CString)
    let isMade = template.withUnsafeMutableBufferPointer { bytes in
      bytes.baseAddress.flatMap { mkdtemp($0) } != nil
    }
    guard isMade else { throw Errno(rawValue: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes a file. `unlink(2)`.
  static func remove(_ path: String) {
    unlink(path)
  }

  /// Removes a folder with nothing in it. `rmdir(2)`.
  static func removeEmptyFolder(_ path: String) {
    rmdir(path)
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }
}

/// The words of the system for a signal. `sigabbrev_np(3)` is not everywhere.
enum Signals {
  static func name(_ number: Int32) -> String {
    strsignal(number).map { String(cString: $0) } ?? "signal \(number)"
  }

  static let brokenPipe = SIGPIPE

  /// Waits for a signal that ends the process.
  static func waitForEnd() -> Never {
    while true { pause() }
  }
}
