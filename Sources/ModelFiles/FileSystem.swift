internal import Glibc
internal import SystemPackage

/// What the search for models asks the system.
public enum FileSystem {
  /// Whether there is a regular file.
  public static func isFile(_ path: String) -> Bool {
    mode(path).map { $0 & S_IFMT == S_IFREG } ?? false
  }

  /// Whether there is a folder.
  public static func isFolder(_ path: String) -> Bool {
    mode(path).map { $0 & S_IFMT == S_IFDIR } ?? false
  }

  /// The names in a folder, sorted; none where it cannot be read.
  public static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
  }

  /// A whole file; nil where it has more than `limit` bytes.
  ///
  /// - Throws: the system's error.
  public static func read(_ path: String, limit: Int) throws -> [UInt8]? {
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

  /// Makes a folder that only this user can read, and those above it; whether it is there then.
  public static func makeFolder(_ path: String) -> Bool {
    if isFolder(path) { return true }
    let above = parent(path)
    guard above == path || makeFolder(above) else { return false }
    return mkdir(path, 0o700) == 0 || isFolder(path)
  }

  /// The folder that something lies in.
  public static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// An environment variable's value; nil where it is unset or empty.
  public static func variable(_ name: String) -> String? {
    getenv(name).flatMap { $0.pointee == 0 ? nil : String(cString: $0) }
  }

  /// The running program's file, behind all links.
  public static var executable: String? {
    realpath("/proc/self/exe", nil).map { path in
      defer { free(path) }
      return String(cString: path)
    }
  }

  private static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }
}
