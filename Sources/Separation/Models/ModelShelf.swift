internal import APCore

/// Where models may be installed, and the command that gets them.
package struct ModelShelf: Sendable {
  /// In the order in which they are searched.
  package let folders: [String]
  /// The command that gets models.
  package let fetchCommand: String

  /// That of this process.
  ///
  /// - Parameter resources: the name of the folder beside the executable with what the build brings.
  package static func standard(resources: String?) -> ModelShelf {
    ModelShelf(
      variable: ThisProcess.variable, executable: ThisProcess.executable, resources: resources)
  }

  /// `$AP_MODELS`, `$XDG_DATA_HOME/ap/models`, `share/ap/models` beside the executable's prefix, and
  /// the resources of the build.
  ///
  /// - Parameters:
  ///   - variable: an environment variable's value; nil where it is unset or empty.
  ///   - executable: the program's path.
  ///   - resources: as for `standard`.
  package init(variable: (String) -> String?, executable: String?, resources: String?) {
    var folders: [String] = []
    if let folder = variable("AP_MODELS") { folders.append(folder) }
    if let data = UserFolder.data.path(variable) { folders.append("\(data)/models") }
    var fetchCommand = "scripts/fetch-models"
    if let executable {
      let binaries = FileSystem.parent(executable)
      let prefix = FileSystem.parent(binaries)
      folders.append("\(prefix)/share/ap/models")
      if let resources { folders.append("\(binaries)/\(resources)") }
      let installed = "\(binaries)/ap-fetch-models"
      if FileSystem.isFile(installed) { fetchCommand = installed }
    }
    self.folders = folders
    self.fetchCommand = fetchCommand
  }
}
