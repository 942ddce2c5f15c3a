package import APCore
package import Separation

/// The SAM-Audio models of a shelf: folders with a configuration, weights and a text encoder.
package struct SAMModels: ModelStore {
  /// A model's files.
  package struct Location: Sendable, Equatable {
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
    package func open() throws(FilterError) -> SAMAudioModel { try SAMAudioModel(self) }
  }

  package static let resources: String? = nil

  package let shelf: ModelShelf
  private var folders: [String] { shelf.folders }

  package init(shelf: ModelShelf) {
    self.shelf = shelf
  }

  /// Finds a model and its text encoder.
  ///
  /// - Parameter name: the name of a folder among `folders` that has a model, such a folder's path, or the path of
  ///   a checkpoint or the configuration in it. Nil: `preferred`.
  /// - Throws: `FilterError.Code.unavailable`, which says where was looked and how to get what is missing;
  ///   `.noInput` for a path where nothing lies; what `SAMAudioConfig.init` throws.
  package func find(_ name: String?) throws(FilterError) -> Location {
    let name = name ?? Self.preferred.name
    if name.contains("/") { return try findPath(name) }
    if let folder = place(of: name) { return try location(name, folder: folder) }
    if FileSystem.isFile(name) || FileSystem.isFolder(name) { return try findPath("./\(name)") }
    throw missing(name)
  }

  /// The folders that may have a model: under its name, or where Hugging Face's programs have put it.
  private func places(of name: String) -> [String] {
    folders.map { "\($0)/\(name)" }.filter(FileSystem.isFolder)
      + (Self.known(name) == nil ? [] : shelf.snapshots(of: "facebook/\(name)"))
  }

  private func findPath(_ path: String) throws(FilterError) -> Location {
    let path = FileSystem.tidied(path)
    if FileSystem.isFolder(path) { return try location(FileSystem.name(path), folder: path) }
    guard FileSystem.isFile(path) else {
      throw FilterError(
        .noInput, "There is no model \(path).",
        advice: "Give the folder with the model's config.json and weights.")
    }
    let folder = FileSystem.parent(path)
    // A model may be given by its configuration too, which is called so in all of them.
    let weights = FileSystem.name(path) == "config.json" ? nil : CheckpointFiles(path: path)
    return try location(FileSystem.name(folder), folder: folder, weights: weights)
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
        advice: Self.known(name).map(advice)
          ?? "Its folder needs config.json, the weights and the text encoder.")
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
      + ["google-t5/\(config.folder)", config.folder].flatMap(shelf.snapshots)
    if let found = places.first(where: TextEncoderFiles.areIn) { return found }
    let name = config.folder
    let files = Self.textEncoder.files.map(\.name).joined(separator: ", ")
    throw FilterError(
      .unavailable,
      "The text encoder \(name) of the model in \(folder) is not installed.",
      advice: name != Self.textEncoder.name
        ? "Put its \(files) into \(folder)/\(name)."
        : "Get it with: \(fetching(name)) (or put \(files) of "
          + "\(Self.textEncoder.address) into \(folder)/\(name))")
  }

  // MARK: What is missing

  /// By hand or with the script, and in both cases not without having asked for access.
  package func advice(for known: Known) -> String {
    let files = known.files.map(\.name).joined(separator: " and ")
    let folder = folders.first.map { "\($0)/\(known.name)" } ?? "a folder \(known.name)"
    return
      "Ask for access at \(known.address), then get it with: HF_TOKEN=<your token> "
      + "\(fetching(known.name)) (or put \(files) into \(folder), and "
      + "\(Self.textEncoder.name) next to it)"
  }
}

// MARK: - The list

extension SAMModels {
  package func inspect(_ name: String) throws(FilterError) -> InstalledModel? {
    guard place(of: name) != nil else { return nil }
    let location = try find(name)
    _ = try location.open()
    return InstalledModel(path: FileSystem.parent(location.config))
  }

  package func place(of name: String) -> String? {
    let found = places(of: name)
    return found.first(where: isComplete) ?? found.first
  }

  package var companions: [ModelListing] { CompanionModels(shelf: shelf).list() }

  /// Folders that have what a model's folder has.
  package func otherNames() -> Set<String> {
    var names: Set<String> = []
    for folder in folders {
      for name in FileSystem.names(in: folder)
      where !name.hasPrefix(".") && name != Self.textEncoder.name
        && CompanionModels.known(name) == nil
        && isComplete("\(folder)/\(name)")
      {
        names.insert(name)
      }
    }
    return names
  }
}
