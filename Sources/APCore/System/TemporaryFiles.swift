internal import Synchronization
package import SystemPackage

/// The files that must not outlive the process, and the folders that must not if they are empty then.
package final class TemporaryFiles: Sendable {
  package static let shared = TemporaryFiles()

  private struct Names {
    var files: Set<String> = []
    /// From the outside in.
    var folders: [String] = []
  }

  private let names = Mutex(Names())

  /// Creates the file; no signal comes in between.
  func create(
    _ name: PartialName
  ) throws(Errno) -> (path: String, descriptor: FileDescriptor) {
    try names.withLock { names throws(Errno) in
      let file = try name.create()
      names.files.insert(file.path)
      return file
    }
  }

  /// Removes the file, or nothing where it has been renamed.
  func remove(_ path: String) {
    names.withLock { names in
      names.files.remove(path)
      FileSystem.remove(path)
    }
  }

  /// Makes a folder for files that are yet to come; one that is there stays as it is.
  ///
  /// - Throws: the system's error, also where something else has the name.
  package func makeFolder(_ path: String) throws(Errno) {
    try names.withLock { names throws(Errno) in
      if try FileSystem.makeInnerFolder(path) { names.folders.append(path) }
    }
  }

  /// Removes all of them.
  func removeAll() {
    names.withLock { names in
      names.files.forEach(FileSystem.remove)
      names.folders.reversed().forEach(FileSystem.removeEmptyFolder)
      names = Names()
    }
  }
}
