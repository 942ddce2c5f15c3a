package import APCore

extension ModelStore {
  /// The folders that a message names when nothing was found.
  var lookedIn: [String] { shelf.userFolders + caches.filter(FileSystem.isFolder) }

  /// The file or folder that a model is given by.
  ///
  /// - Parameters:
  ///   - text: a path, or the bare name of a file.
  ///   - folders: where a bare name is looked for after the current folder.
  /// - Throws: `noInput`.
  package func path(_ text: String, among folders: [String]) throws(FilterError) -> String {
    if let path = existingPath(text, among: folders) { return path }
    let places =
      text.contains("/")
      ? "" : " Looked in \((["the current folder"] + lookedIn).joined(separator: ", "))."
    throw FilterError(
      .noInput, "There is no model \(FileSystem.tidied(text)).\(places)",
      advice: ModelFamily.refusalOfUnsupported(FileSystem.name(text))
        + "--list-models shows what is installed.")
  }

  /// As `path`; nil where nothing is there.
  package func existingPath(_ text: String, among folders: [String]) -> String? {
    let path = FileSystem.tidied(text)
    if FileSystem.isFile(path) { return path }
    if FileSystem.isFolder(path) {
      // As a path, so that files in it are named by one too.
      return path.contains("/") || path.hasPrefix(".") ? path : "./\(path)"
    }
    guard !text.contains("/") else { return nil }
    return folders.map { "\($0)/\(path)" }.first(where: FileSystem.isFile)
  }
}

/// What is said of a folder that is given as a model.
package enum ModelFolder {
  /// Says that there is more than one.
  ///
  /// - Parameters:
  ///   - models: what they are called.
  ///   - file: the name of one's file.
  package static func hasSeveral(
    _ folder: String, models: [String], file: String
  ) -> FilterError {
    FilterError(
      .usage, "The folder \(folder) holds several models: \(models.joined(separator: ", ")).",
      advice: "Name one, as -m \(FileSystem.tidied("\(folder)/\(file)")).")
  }
}
