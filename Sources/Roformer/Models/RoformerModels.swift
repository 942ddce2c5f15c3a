package import APCore
package import Checkpoints
internal import Digests
package import Separation

/// The RoFormers of a shelf: a checkpoint each, and a YAML file that says how its network is built.
package struct RoformerModels: ModelStore {
  /// A model's files.
  package struct Location: Sendable, Equatable {
    /// The name it was found by.
    package let name: String
    package let checkpoint: String
    package let configuration: String
  }

  package static let resources: String? = nil
  static let checkpointSuffixes = [".ckpt", ".safetensors", ".pt", ".pth", ".th"]
  static let configurationSuffixes = [".yaml", ".yml"]

  package let shelf: ModelShelf

  package init(shelf: ModelShelf) {
    self.shelf = shelf
  }

  /// Finds a model.
  ///
  /// - Parameter name: either of its two files, a folder with both, or a name that is installed or known. Nil: the
  ///   preferred one, or else the only one that is installed.
  /// - Throws: `FilterError.Code.unavailable`, which says where was looked and how to get the model; `.noInput` for a
  ///   path where nothing lies or whose other file is missing.
  package func find(_ name: String?) throws(FilterError) -> Location {
    guard let name else { return try findDefault() }
    let suffixes = Self.checkpointSuffixes + Self.configurationSuffixes
    if name.contains("/") || suffixes.contains(where: name.hasSuffix) { return try findPath(name) }
    guard let found = findName(name) else { throw missing(name) }
    return found
  }

  private func findDefault() throws(FilterError) -> Location {
    for known in Self.known {
      if let found = findName(known.name) { return found }
    }
    let others = otherNames().sorted()
    if others.count == 1, let found = findName(others[0]) { return found }
    throw missing(Self.preferred.name)
  }

  /// `NAME.ckpt` beside `NAME.yaml`, or a folder NAME with one of each.
  private func findName(_ name: String) -> Location? {
    for folder in shelf.folders {
      if let found = pair("\(folder)/\(name)", name: name) { return found }
      if let found = only(in: "\(folder)/\(name)", name: name) { return found }
    }
    return nil
  }

  private func pair(_ stem: String, name: String) -> Location? {
    func file(_ suffixes: [String]) -> String? {
      suffixes.map { stem + $0 }.first(where: FileSystem.isFile)
    }
    guard let checkpoint = file(Self.checkpointSuffixes),
      let configuration = file(Self.configurationSuffixes)
    else { return nil }
    return Location(name: name, checkpoint: checkpoint, configuration: configuration)
  }

  private func only(in folder: String, name: String) -> Location? {
    guard FileSystem.isFolder(folder) else { return nil }
    let names = FileSystem.names(in: folder)
    let checkpoints = names.filter { Self.checkpointSuffixes.contains(where: $0.hasSuffix) }
    let configurations = names.filter { Self.configurationSuffixes.contains(where: $0.hasSuffix) }
    guard checkpoints.count == 1, configurations.count == 1 else { return nil }
    return Location(
      name: name, checkpoint: "\(folder)/\(checkpoints[0])",
      configuration: "\(folder)/\(configurations[0])")
  }

  // MARK: Paths

  private func findPath(_ path: String) throws(FilterError) -> Location {
    let name = Self.withoutSuffix(path.split(separator: "/").last.map(String.init) ?? path)
    if FileSystem.isFolder(path) {
      if let found = only(in: path, name: name) { return found }
      throw FilterError(
        .noInput, "The folder \(path) has not one checkpoint and one YAML file.",
        advice: "Name one of its checkpoints.")
    }
    guard FileSystem.isFile(path) else {
      throw FilterError(
        .noInput, "There is no model \(path).", advice: "--list-models shows what is installed.")
    }
    let folder = path.contains("/") ? FileSystem.parent(path) : "."
    // Releases name their files model_NAME.ckpt and config_NAME.yaml.
    let (own, other, prefixes) =
      Self.configurationSuffixes.contains(where: path.hasSuffix)
      ? ("config_", "model_", Self.checkpointSuffixes)
      : ("model_", "config_", Self.configurationSuffixes)
    var stems = [name]
    if name.hasPrefix(own) { stems.append(other + name.dropFirst(own.count)) }
    for stem in stems {
      guard
        let partner = prefixes.map({ "\(folder)/\(stem)\($0)" }).first(where: FileSystem.isFile)
      else { continue }
      let isConfiguration = own == "config_"
      return Location(
        name: name, checkpoint: isConfiguration ? partner : path,
        configuration: isConfiguration ? path : partner)
    }
    if let found = only(in: folder, name: name),
      [found.checkpoint, found.configuration].contains(where: {
        $0.hasSuffix("/\(Self.file(path))")
      })
    {
      return found
    }
    throw FilterError(
      .noInput, "\(path) has no \(own == "config_" ? "checkpoint" : "YAML file") beside it.",
      advice: "Put \(name)\(prefixes[0]) into the same folder: a RoFormer is both files.")
  }

  private static func file(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func withoutSuffix(_ file: String) -> String {
    let suffix = (checkpointSuffixes + configurationSuffixes).first(where: file.hasSuffix) ?? ""
    return String(file.dropLast(suffix.count))
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
    let weights = try Checkpoint.open(checkpoint).weights()
    let config = try RoformerConfig(
      yaml: configuration, weights: weights, chunkSeconds: chunkSeconds, overlap: overlap)
    return (weights, config)
  }

  /// What the stream's history says of the model: its name, and its files' names and SHA-256.
  ///
  /// - Throws: `io`.
  func identity() throws(FilterError) -> JSONValue {
    var files: [JSONValue] = []
    for path in [checkpoint, configuration] {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      files.append(["file": .string(name), "sha256": .string(try Digest.ofFile(path))])
    }
    return ["files": .array(files), "name": .string(name)]
  }
}

// MARK: - The list

extension RoformerModels {
  package static let columns = ["KIND", "STEMS", "CHUNK"]
  package static let choice = "a name, or a checkpoint with its YAML file next to it."
  package static let otherModels =
    "another one is given by the path of its checkpoint, with its YAML file beside it"

  package func inspect(_ name: String) throws(FilterError) -> InstalledModel? {
    guard let found = findName(name) else { return nil }
    let config = try found.open().config
    return InstalledModel(
      path: found.checkpoint,
      details: Self.details(
        config.kind, config.names.all, Double(config.chunkFrames) / Double(config.sampleRate)))
  }

  /// No other program keeps any.
  package var caches: [String] { [] }

  package func place(of name: String) -> String? { findName(name)?.checkpoint }

  package func otherNames() -> Set<String> {
    let taken = Set(Self.known.map(\.name))
    var names: Set<String> = []
    for folder in shelf.folders {
      for file in FileSystem.names(in: folder) {
        let name = Self.withoutSuffix(file)
        guard !name.isEmpty, !taken.contains(name) else { continue }
        if pair("\(folder)/\(name)", name: name) != nil
          || only(in: "\(folder)/\(name)", name: name) != nil
        {
          names.insert(name)
        }
      }
    }
    return names
  }
}
