package import SystemPackage

/// A file without a name, for what does not fit memory. It is gone once its descriptor is closed.
package enum Spool {
  /// Creates one in `$TMPDIR` or `/tmp`; the caller closes it.
  ///
  /// - Throws: `cannotCreate`.
  package static func open() throws(FilterError) -> FileDescriptor {
    let folder = ThisProcess.variable("TMPDIR") ?? "/tmp"
    do {
      let (path, descriptor) = try Syscalls.createUnique(prefix: "\(folder)/ap-spool-")
      FileSystem.remove(path)
      return descriptor
    } catch {
      throw FilterError(
        .cannotCreate, "Cannot create a temporary file in \(folder): \(error).",
        advice: "Give --temp-dir a folder with room.", underlying: error)
    }
  }
}
