internal import APCore
internal import Synchronization

/// The folders that outputs lie in, as far as a run makes them.
///
/// What a step that failed leaves empty may be what another one, at the same time, is about to write into. So
/// they stay until all steps have ended.
final class OutputFolders: Sendable {
  /// Each after the one that it lies in.
  private let made = Mutex<[String]>([])

  /// Makes those above a file or folder that are not there.
  ///
  /// - Throws: `cannotCreate`.
  func make(above path: String) throws {
    try made.withLock { made in
      for folder in Self.missing(above: path) {
        do {
          if try FileSystem.makeInnerFolder(folder) { made.append(folder) }
        } catch {
          throw FilterError(
            .cannotCreate, "The folder '\(folder)' cannot be created: \(error).", underlying: error)
        }
      }
    }
  }

  /// Removes those that nothing has been put into.
  func removeEmpty() {
    made.withLock { made in
      made.reversed().forEach(FileSystem.removeEmptyFolder)
      made = []
    }
  }

  /// Those that are not there, from the top down.
  static func missing(above path: String) -> [String] {
    let folder = FileSystem.parent(path)
    if folder == path || FileSystem.exists(folder) { return [] }
    return missing(above: folder) + [folder]
  }
}
