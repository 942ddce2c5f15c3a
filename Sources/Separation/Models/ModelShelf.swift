internal import APCore

/// Where models may be installed, and the command that gets them.
package struct ModelShelf: Sendable {
  /// In the order in which they are searched.
  package let folders: [String]
  /// Those of the folders that a user may have put models into: their own, and what else is there.
  let userFolders: [String]
  /// The command that gets models.
  package let fetchCommand: String
  /// Where PyTorch keeps the checkpoints that it has downloaded; nil where there is no home.
  package let torchCache: String?
  /// Where Hugging Face's programs keep what they have downloaded; nil where there is no home.
  package let hubCache: String?

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
    if let folder = variable("AP_MODELS") { folders.append(FileSystem.tidied(folder)) }
    if let data = UserFolder.data.path(variable) { folders.append("\(data)/models") }
    var userFolders = folders
    if let executable {
      let binaries = FileSystem.parent(executable)
      let prefix = FileSystem.parent(binaries)
      folders.append("\(prefix)/share/ap/models")
      userFolders += folders.suffix(1).filter(FileSystem.isFolder)
      if let resources { folders.append("\(binaries)/\(resources)") }
    }
    self.userFolders = userFolders
    self.folders = folders
    fetchCommand = Self.fetchCommand(variable, executable)
    let cache = UserFolder.cache.root(variable)
    torchCache = (variable("TORCH_HOME") ?? cache.map { "\($0)/torch" })
      .map { "\($0)/hub/checkpoints" }
    hubCache =
      variable("HF_HUB_CACHE")
      ?? (variable("HF_HOME") ?? cache.map { "\($0)/huggingface" }).map { "\($0)/hub" }
  }

  /// By its name, where a shell finds it; else by its path, from any folder: that of what is installed beside the program,
  /// or of the project that it was built in.
  private static func fetchCommand(
    _ variable: (String) -> String?, _ executable: String?
  ) -> String {
    if SearchPath(variable("PATH")).find("ap-fetch-models") != nil { return "ap-fetch-models" }
    let script = "scripts/fetch-models"
    guard let executable else { return script }
    let installed = "\(FileSystem.parent(executable))/ap-fetch-models"
    if FileSystem.isFile(installed) { return ShellText.quoted(installed) }
    guard let build = executable.ranges(of: "/.build/").last else { return script }
    let project = String(executable[..<build.lowerBound])
    let path = "\(project)/\(script)"
    // There, it is called as the README has it.
    return project != ThisProcess.currentFolder && FileSystem.isFile(path)
      ? ShellText.quoted(path) : script
  }

  /// The folders with the files of a repository that Hugging Face's programs have downloaded, the newest version first.
  ///
  /// - Parameter repository: its owner and name, as in `facebook/sam-audio-small`.
  package func snapshots(of repository: String) -> [String] {
    guard let hubCache else { return [] }
    let folder = "\(hubCache)/models--\(repository.replacing("/", with: "--"))"
    let main = (try? FileSystem.read("\(folder)/refs/main", limit: 256) ?? []).map {
      String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace }
    }
    let names = FileSystem.names(in: "\(folder)/snapshots").filter { !$0.hasPrefix(".") }
    return (names.filter { $0 == main } + names.filter { $0 != main }.sorted())
      .map { "\(folder)/snapshots/\($0)" }
  }
}
