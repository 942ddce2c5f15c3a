package import APCore
package import Checkpoints
package import Separation

/// The RoFormers of a shelf: a checkpoint each, and a YAML file that says how its network is built.
package struct RoformerModels: ModelStore {
  /// A model's files.
  package struct Location: Sendable, Equatable {
    /// The name it was found by.
    package let name: String
    package let checkpoint: String
    package let configuration: String

    package var files: [String] { [checkpoint, configuration] }

    /// Whether one of the files has this name.
    func has(_ file: String) -> Bool { files.map(FileSystem.name).contains(file) }
  }

  package static let family: ModelFamily? = .roformer
  package static let resources: String? = nil
  static let checkpointSuffixes = [".ckpt", ".safetensors", ".pt", ".pth", ".th"]
  static let configurationSuffixes = [".yaml", ".yml"]
  static let suffixes = checkpointSuffixes + configurationSuffixes

  package let shelf: ModelShelf

  package init(shelf: ModelShelf) {
    self.shelf = shelf
  }

  /// Finds a model.
  ///
  /// - Parameter name: either of its two files, by its path or its name in a folder, a folder with both, or a name that
  ///   is installed or known. Nil: the preferred one, or else the only one that is installed.
  /// - Throws: `FilterError.Code.unavailable`, which says where was looked and how to get the model; `.noInput` for a
  ///   path where nothing lies or whose other file is missing.
  package func find(_ name: String?) throws(FilterError) -> Location {
    guard let name else { return try findDefault() }
    if name.contains("/") || Self.suffixes.contains(where: name.hasSuffix) {
      return try findPath(path(name, among: shelf.folders))
    }
    if let found = findName(name) { return found }
    if let path = existingPath(name, among: shelf.folders) { return try findPath(path) }
    throw missing(name)
  }

  /// Finds a model whose YAML file has any name and place.
  ///
  /// - Parameters:
  ///   - name: as for `find`, but a checkpoint's file alone is enough.
  ///   - configuration: the path of the YAML file; nil: the one that lies beside the checkpoint.
  package func find(
    _ name: String?, configuration: String?
  ) throws(FilterError) -> Location {
    guard let configuration else { return try find(name) }
    guard FileSystem.isFile(configuration) else {
      throw FilterError(
        .noInput, "There is no file \(configuration).",
        advice: "--config takes the YAML file of a model.")
    }
    do {
      let found = try find(name)
      return Location(name: found.name, checkpoint: found.checkpoint, configuration: configuration)
    } catch {
      guard let checkpoint = name.flatMap(checkpoint) else { throw error }
      let file = FileSystem.name(checkpoint)
      return Location(
        name: Self.names(of: file).first ?? file, checkpoint: checkpoint,
        configuration: configuration)
    }
  }

  /// The file that is a checkpoint by its name, be there a YAML file or not.
  private func checkpoint(_ name: String) -> String? {
    let names = [name] + (name.contains("/") ? [] : Self.checkpointSuffixes.map { name + $0 })
    let paths = names.compactMap { existingPath($0, among: shelf.folders) }
    return paths.first { path in
      FileSystem.isFile(path) && Self.checkpointSuffixes.contains(where: path.hasSuffix)
    }
  }

  private func findDefault() throws(FilterError) -> Location {
    for known in Self.known {
      if let found = findName(known.name) { return found }
    }
    let others = otherNames().sorted()
    if others.count == 1, let found = findName(others[0]) { return found }
    var error = missing(Self.preferred.name)
    if others.count > 1 {
      // The command that gets the model stays last, so that it can be copied.
      error.advice = "Choose one with -m: \(others.joined(separator: ", ")). \(error.advice)"
    }
    throw error
  }

  /// A pair of files in a folder of the shelf, or the only one in a folder NAME there.
  private func findName(_ name: String) -> Location? {
    for folder in shelf.folders {
      if let found = pair(name, in: folder) ?? only(in: "\(folder)/\(name)", name: name) {
        return found
      }
    }
    return nil
  }

  // MARK: Paths

  private func findOnly(in folder: String) throws(FilterError) -> Location {
    let name = FileSystem.name(folder)
    if let found = only(in: folder, name: [".", ".."].contains(name) ? nil : name) { return found }
    let pairs = names(in: folder).sorted().compactMap { pair($0, in: folder) }
    if pairs.count > 1 {
      throw ModelFolder.hasSeveral(
        folder, models: pairs.map(\.name), file: FileSystem.name(pairs[0].checkpoint))
    }
    for file in FileSystem.names(in: folder) where pairs.isEmpty {
      try Self.refuseOthers("\(folder)/\(file)")
    }
    throw FilterError(
      .noInput, "The folder \(folder) has not one checkpoint and one YAML file.",
      advice: "Name one of its checkpoints.")
  }

  /// - Parameter path: of a file or a folder that is there.
  private func findPath(_ path: String) throws(FilterError) -> Location {
    let file = FileSystem.name(path)
    if FileSystem.isFolder(path) { return try findOnly(in: path) }
    let folder = FileSystem.parent(path)
    let names = Self.names(of: file)
    if let found = names.lazy.compactMap({ pair($0, in: folder, with: file) }).first {
      return found
    }
    guard let name = names.first else {
      throw FilterError(
        .noInput, "\(path) is neither a checkpoint nor a YAML file.",
        advice: "Their names end in \(Self.suffixes.joined(separator: ", ")).")
    }
    if let found = only(in: folder, name: name), found.has(file) { return found }
    try Self.refuseOthers(path)
    let isConfiguration = Self.configurationSuffixes.contains(where: file.hasSuffix)
    let suffixes = isConfiguration ? Self.checkpointSuffixes : Self.configurationSuffixes
    let kind = isConfiguration ? "checkpoint" : "YAML file"
    let others = FileSystem.names(in: folder).filter { suffixes.contains(where: $0.hasSuffix) }
    guard !others.isEmpty else {
      throw FilterError(
        .noInput, "\(path) has no \(kind) beside it.",
        advice: "Put \(name)\(suffixes[0]) into the same folder: a RoFormer is both files.")
    }
    let list = others.prefix(8).joined(separator: ", ") + (others.count > 8 ? ", …" : "")
    let suffix = suffixes.first(where: others[0].hasSuffix) ?? suffixes[0]
    throw FilterError(
      .noInput, "\(path) has no \(kind) of its name beside it.",
      advice: (others.count == 1
        ? "Beside it is \(list): if that belongs to it, rename it"
        : "Beside it are \(list): rename the one that belongs to it")
        + " to \(name)\(suffix)\(isConfiguration ? "" : ", or give it as --config").")
  }

  /// - Throws: `unsupportedCheckpoint` for a file of another network.
  fileprivate static func refuseOthers(_ path: String) throws(FilterError) {
    if let family = ModelFamily(file: path), family != .roformer {
      throw family.refusal(of: path)
    }
  }

  package func advice(for known: Known) -> String { "Get it with: \(fetching(known.name))" }
}

extension RoformerModels.Location {
  /// Opens the files.
  ///
  /// - Parameters:
  ///   - chunkSeconds: as for `RoformerConfig`.
  /// - Throws: what opening and reading them throws.
  package func open(
    chunkSeconds: Double? = nil, overlap: Int? = nil
  ) throws(FilterError) -> (weights: Weights, config: RoformerConfig) {
    do {
      let weights = try Checkpoint.open(checkpoint).weights()
      let config = try RoformerConfig(
        yaml: configuration, weights: weights, chunkSeconds: chunkSeconds, overlap: overlap)
      return (weights, config)
    } catch {
      for file in files { try RoformerModels.refuseOthers(file) }
      throw error
    }
  }

  /// Whether one of the files is of a network that has nothing to do with this one.
  var isOfAnotherNetwork: Bool {
    files.contains { ModelFamily(file: $0).map { $0 != .roformer } ?? false }
  }
}

// MARK: - The list

extension RoformerModels {
  package static let columns = ["KIND", "STEMS", "CHUNK"]
  package static let choice =
    "a name, or a checkpoint with its YAML file next to it. (default: \(preferred.name) if installed, else the only one)"
  package static let otherModels =
    "another one is given by the path of its checkpoint, with its YAML file beside it"

  package func inspect(_ name: String) throws(FilterError) -> InstalledModel? {
    guard let found = findName(name) else { return nil }
    let config = try found.open().config
    return InstalledModel(
      path: found.checkpoint,
      details: Self.details(
        config.kind, config.names.all, written: config.names.preferred,
        Double(config.chunkFrames) / Double(config.sampleRate)))
  }

  /// No other program keeps any.
  package var caches: [String] { [] }

  package func place(of name: String) -> String? { findName(name)?.checkpoint }

  package func otherNames() -> Set<String> {
    var names: Set<String> = []
    for folder in shelf.folders {
      names.formUnion(self.names(in: folder))
      for file in FileSystem.names(in: folder) {
        if only(in: "\(folder)/\(file)", name: file)?.isOfAnotherNetwork == false {
          names.insert(file)
        }
      }
    }
    return names.subtracting(Self.known.map(\.name))
  }
}
