internal import APCore
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The place of an output file, made ready.
enum OutputFolder {
  /// Creates the folders that `path` needs.
  ///
  /// - Throws: `cannotCreate`, also where `path` is something that a file must not replace.
  static func prepare(for path: String) throws(FilterError) {
    if let status = FileStatus(path), !status.isFile {
      throw FilterError(
        .cannotCreate, "\(path) exists and is no regular file.",
        advice: status.isFolder ? "Name a file: \(path)/{track}.wav." : "For a pipe give -o -.")
    }
    let folder = FilePath(path).removingLastComponent()
    guard !folder.isEmpty, folder.string != "/" else { return }
    var made = FilePath(root: folder.root)
    for component in folder.components {
      made.append(component)
      guard mkdir(made.string, 0o777) != 0 else { continue }
      let error = Errno(rawValue: errno)
      guard !FileSystem.isFolder(made.string) else { continue }
      throw FilterError(
        .cannotCreate, "Cannot create the folder \(made.string): \(error).", underlying: error)
    }
  }
}
