internal import APCore
internal import SystemPackage

/// The place of an output file, made ready.
enum OutputFolder {
  /// Creates the folders that `path` needs. Those that are still empty when the process ends, because
  /// it failed, go away again.
  ///
  /// - Throws: `cannotCreate`, also where `path` is something that a file must not replace.
  static func prepare(for path: String) throws(FilterError) {
    if let obstacle = PartialFile.Obstacle(at: path) {
      throw obstacle.error(
        at: path,
        advice: obstacle == .folder ? "Name a file: \(path)/{track}.wav." : "For a pipe, give -o -."
      )
    }
    let folder = FilePath(path).removingLastComponent()
    var made = FilePath(root: folder.root)
    for component in folder.components {
      made.append(component)
      do {
        try TemporaryFiles.shared.makeFolder(made.string)
      } catch {
        throw FilterError(
          .cannotCreate, "Cannot create the folder \(made.string): \(error).", underlying: error)
      }
    }
  }
}
