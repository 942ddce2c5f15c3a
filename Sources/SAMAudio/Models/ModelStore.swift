internal import APCore
internal import ModelFiles

/// Finds SAM-Audio models by name in the places where they may be installed.
public struct ModelStore: Sendable {
  /// A model's files.
  struct Location: Sendable, Equatable {
    /// The name it was found by.
    let name: String
    /// Its `config.json`.
    let config: String
    let weights: CheckpointFiles
    /// The folder of its text encoder.
    let textEncoder: String

    /// All files that results follow from.
    ///
    /// - Throws: what `CheckpointFiles.paths` throws.
    func paths() throws(FilterError) -> [String] {
      try [config] + weights.paths() + TextEncoderFiles.paths(in: textEncoder)
    }

    /// Opens the files.
    ///
    /// - Throws: what `SAMAudioModel.init` throws.
    func open() throws(FilterError) -> SAMAudioModel { try SAMAudioModel(self) }
  }

  /// Where models are looked for, in this order.
  public let folders: [String]
  /// The command that gets models.
  let fetchCommand: String

  /// The places of this process (`ModelFolders`).
  public static var standard: ModelStore {
    ModelStore(variable: FileSystem.variable, executable: FileSystem.executable)
  }

  /// As `standard`, for any environment.
  ///
  /// - Parameters:
  ///   - variable: an environment variable's value; nil where it is unset or empty.
  ///   - executable: the program's path.
  public init(variable: (String) -> String?, executable: String?) {
    let places = ModelFolders(variable: variable, executable: executable)
    folders = places.folders
    fetchCommand = places.fetchCommand
  }

  /// Finds a model and its text encoder.
  ///
  /// - Parameter name: the name of a folder among `folders` that has a model, such a folder's path, or the path of
  ///   a checkpoint in it. Nil: `ModelCatalog.preferred`.
  /// - Throws: `FilterError.Code.unavailable`, which says where was looked and how to get what is missing;
  ///   `.noInput` for a path where nothing lies; what `SAMAudioConfig.init` throws.
  func find(_ name: String?) throws(FilterError) -> Location {
    let name = name ?? ModelCatalog.preferred
    if name.contains("/") { return try findPath(name) }
    let found = folders.map { "\($0)/\(name)" }.filter(FileSystem.isFolder)
    if let folder = found.first(where: isComplete) ?? found.first {
      return try location(name, folder: folder)
    }
    if FileSystem.isFile(name) || FileSystem.isFolder(name) { return try findPath("./\(name)") }
    throw missing(name)
  }

  private func findPath(_ path: String) throws(FilterError) -> Location {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if FileSystem.isFolder(path) { return try location(lastName(path), folder: path) }
    guard FileSystem.isFile(path) else {
      throw FilterError(
        .noInput, "There is no model \(path).",
        advice: "Give the folder with the model's config.json and weights.")
    }
    let folder = FileSystem.parent(path)
    return try location(lastName(folder), folder: folder, weights: CheckpointFiles(path: path))
  }

  private func isComplete(_ folder: String) -> Bool {
    FileSystem.isFile("\(folder)/config.json") && CheckpointFiles(folder: folder) != nil
  }

  private func location(
    _ name: String, folder: String, weights: CheckpointFiles? = nil
  ) throws(FilterError) -> Location {
    let config = "\(folder)/config.json"
    let files = weights ?? CheckpointFiles(folder: folder)
    guard let files, FileSystem.isFile(config) else {
      let absent = files == nil ? CheckpointFiles.names.joined(separator: " or ") : "config.json"
      throw FilterError(
        .unavailable, "The model in \(folder) is not complete: there is no \(absent).",
        advice: advice(name))
    }
    return Location(
      name: name, config: config, weights: files,
      textEncoder: try textEncoder(SAMAudioConfig(path: config).textEncoder, of: folder))
  }

  // MARK: The text encoder

  /// The text encoder lies in the model's folder, beside it, or where other models do.
  private func textEncoder(
    _ config: TextEncoderConfig, of folder: String
  ) throws(FilterError) -> String {
    let places =
      ["\(folder)/t5", "\(folder)/\(config.folder)"]
      + ([FileSystem.parent(folder)] + folders).map { "\($0)/\(config.folder)" }
    if let found = places.first(where: TextEncoderFiles.areIn) { return found }
    let name = config.folder
    let files = ModelCatalog.textEncoder.files.map(\.name).joined(separator: ", ")
    throw FilterError(
      .unavailable,
      "The text encoder \(name) of the model in \(folder) is not installed. Looked in "
        + "\(places.joined(separator: ", ")).",
      advice: ModelCatalog.model(named: name) == nil
        ? "Put its \(files) into one of these folders."
        : "Get it with: \(fetchCommand) \(name) (or put \(files) of "
          + "\(ModelCatalog.textEncoder.address) into one of these folders)")
  }

  // MARK: What is missing

  private func missing(_ name: String) -> FilterError {
    let places = "Looked in \(folders.joined(separator: ", "))."
    guard ModelCatalog.models.contains(where: { $0.name == name }) else {
      let names = ModelCatalog.models.map(\.name).joined(separator: ", ")
      return FilterError(
        .unavailable, "There is no model \"\(name)\". \(places)",
        advice: "Known models are \(names); others are given by their folder's path.")
    }
    return FilterError(
      .unavailable, "The model \(name) is not installed. \(places)", advice: advice(name))
  }

  /// How to get a model: by hand or with the script, and in both cases not without having asked for access.
  private func advice(_ name: String) -> String {
    guard let known = ModelCatalog.models.first(where: { $0.name == name }) else {
      return "Its folder needs config.json, the weights and the text encoder."
    }
    let files = known.files.map(\.name).joined(separator: " and ")
    let folder = folders.first.map { "\($0)/\(name)" } ?? "a folder \(name)"
    return
      "Ask for access at \(known.address), then get it with: HF_TOKEN=<your token> "
      + "\(fetchCommand) \(name) (or put \(files) into \(folder), and "
      + "\(ModelCatalog.textEncoder.name) beside it)"
  }

  private func lastName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
