internal import Glibc
internal import SystemPackage

/// What is there: questions to the file system.
package enum FileSystem {
  /// Whether there is a regular file.
  package static func isFile(_ path: String) -> Bool { FileStatus(path)?.isFile ?? false }

  /// Whether there is a folder.
  package static func isFolder(_ path: String) -> Bool { FileStatus(path)?.isFolder ?? false }

  /// Whether something has this name, be it a link to nowhere.
  package static func exists(_ path: String) -> Bool {
    FileStatus(path, followsLink: false) != nil
  }

  /// Whether this leads to something else.
  package static func isLink(_ path: String) -> Bool {
    FileStatus(path, followsLink: false)?.isLink ?? false
  }

  /// Whether this leads to what a process has open, as /dev/stdout does. `realpath(3)`, `readlink(2)`.
  static func leadsToDescriptor(_ path: String) -> Bool {
    var path = path
    // As many links as the system follows.
    for _ in 0..<40 {
      guard let target = linkTarget(path) else { return false }
      let folder = parent(path)
      if realPath(folder)?.hasPrefix("/proc/") == true { return true }
      path = target.hasPrefix("/") ? target : "\(folder)/\(target)"
    }
    return false
  }

  private static func realPath(_ path: String) -> String? {
    guard let bytes = realpath(path.platformString, nil) else { return nil }
    defer { free(bytes) }
    return String(platformString: bytes)
  }

  private static func linkTarget(_ path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path.platformString, &bytes, bytes.count)
    return count < 0 ? nil : String(platformBytes: bytes[..<count])
  }

  /// Whether this is a file that may be run. `access(2)`.
  package static func isExecutable(_ path: String) -> Bool {
    isFile(path) && access(path.platformString, X_OK) == 0
  }

  /// The names in a folder, sorted, without `.` and `..`; none where it cannot be read. `readdir(3)`.
  package static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder.platformString) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) {
          String(platformBytes: $0.prefix { $0 != 0 })
        })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  /// The files and folders that match, sorted. `glob(3)`, with `{a,b}`.
  package static func matches(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern.platformString, GLOB_BRACE, nil, &result) == 0 else { return [] }
    let paths = (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0] }
      .map { String(platformString: $0) }
    // Braces give one group after the other, and one file may be in two. Names are told apart by their
    // bytes: equal text can be two files, with an accent as a scalar of its own or not.
    var seen: Set<[UInt8]> = []
    return paths.filter { seen.insert($0.platformBytes).inserted }.sorted()
  }

  /// The pattern that matches this name and no other.
  package static func pattern(matching name: String) -> String {
    var pattern = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      if "\\*?[{},".unicodeScalars.contains(scalar) { pattern.append("\\") }
      pattern.append(scalar)
    }
    return String(pattern)
  }

  /// A whole file; nil where it has more than `limit` bytes.
  ///
  /// - Throws: the system's error.
  package static func read(_ path: String, limit: Int) throws -> [UInt8]? {
    let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    return try file.closeAfter {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: min(limit + 1, 1 << 20))
      while bytes.count <= limit {
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        if count == 0 { return bytes }
        bytes.append(contentsOf: buffer[..<count])
      }
      return nil
    }
  }

  /// The folder that something lies in.
  package static func parent(_ path: String) -> String {
    guard let slash = path.unicodeScalars.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path without doubled slashes, and without one at its end.
  package static func tidied(_ path: String) -> String {
    let parts = path.unicodeScalars.split(separator: "/").map { String($0) }
    return (path.unicodeScalars.first == "/" ? "/" : "") + parts.joined(separator: "/")
  }

  /// The last part of a path.
  package static func name(_ path: String) -> String {
    path.unicodeScalars.split(separator: "/").last.map { String($0) } ?? path
  }
}
