package import APCore
package import Separation

/// The HTDemucs models of a shelf: checkpoints, and bags of them.
package struct DemucsModels: ModelStore {
  /// A model's files.
  package struct Location: Sendable, Equatable {
    /// The name it was found by.
    package let name: String
    /// A checkpoint a member of the bag.
    package let paths: [String]
    /// A row a member, a column a source; nil where all count alike.
    package let weights: [[Float]]?
    /// What a user should be told; nil where they got what they asked for.
    package let notice: String?

    /// Where it is: its only file, or the folder of all.
    var place: String { paths.count == 1 ? paths[0] : FileSystem.parent(paths[0]) }

    /// Opens the files.
    ///
    /// - Throws: what `ModelBag.init` throws.
    package func open() throws(FilterError) -> ModelBag {
      do {
        return try ModelBag(paths: paths, weights: weights)
      } catch {
        for path in paths { try DemucsModels.refuseOthers(path) }
        throw error
      }
    }
  }

  package static let family: ModelFamily? = .demucs
  package static let resources: String? = "ap_BundledModels.resources"

  package let shelf: ModelShelf
  private var folders: [String] { shelf.folders }

  /// The folders, then where other programs have put known models.
  private var places: [String] {
    folders + [shelf.torchCache].compactMap(\.self)
      + Self.repositories.flatMap(shelf.snapshots)
  }

  /// Where version 4.1 of the reference gets its models.
  private static let repositories = [
    "adefossez/HTDemucs", "adefossez/HTDemucs-ft", "adefossez/HTDemucs-6s",
  ]

  package init(shelf: ModelShelf) {
    self.shelf = shelf
  }

  /// Finds a model.
  ///
  /// - Parameter name: a file (a checkpoint, or a bag's `.yaml`) by its path or its name in a folder, a folder with one
  ///   of them, a name that is installed or known, or a checkpoint's signature. Nil: `preferred`, or `bundled` with a
  ///   notice where that is not installed.
  /// - Throws: `FilterError.Code.unavailable`, which says where was looked and how to get the model;
  ///   `.noInput` for a path where nothing lies; `.configuration` for a bag's file.
  package func find(_ name: String?) throws(FilterError) -> Location {
    guard let name else { return try findDefault() }
    if name.contains("/") || Self.suffixes.contains(where: name.hasSuffix) {
      return try findPath(path(name, among: places))
    }
    if let found = try findName(name) { return found }
    if let path = existingPath(name, among: places) { return try findPath(path) }
    throw missing(name, detail: Self.known(name).map(absentFiles) ?? "")
  }

  private func findDefault() throws(FilterError) -> Location {
    let preferred = Self.preferred
    if let found = try findName(preferred.name) { return found }
    guard let small = try findName(Self.bundled) else { throw missing(preferred.name) }
    return Location(
      name: small.name, paths: small.paths, weights: small.weights,
      notice:
        "Using the small model \(Self.bundled). For much better stems (\(preferred.megabytes) MB): \(fetching(preferred.name))"
    )
  }

  // MARK: Names

  static let checkpointSuffixes = [".safetensors", ".th", ".pt"]
  static let bagSuffixes = [".yaml", ".yml"]
  static let suffixes = checkpointSuffixes + bagSuffixes

  /// Searches folder by folder, so that an earlier one wins; then for the files of a known model.
  func findName(_ name: String) throws(FilterError) -> Location? {
    for folder in places {
      if let found = try findName(name, in: folder) { return found }
    }
    guard let known = Self.known(name), !known.files.isEmpty else { return nil }
    let paths = known.files.compactMap { findSignature($0.signature, in: places) }
    guard paths.count == known.files.count else { return nil }
    return Location(name: name, paths: paths, weights: known.weights, notice: nil)
  }

  private func findName(_ name: String, in folder: String) throws(FilterError) -> Location? {
    for suffix in Self.bagSuffixes {
      let path = "\(folder)/\(name)\(suffix)"
      if FileSystem.isFile(path), ModelFamily(file: path) != .roformer {
        return try readBag(path, name: name)
      }
    }
    return findSignature(name, in: [folder]).map {
      Location(name: name, paths: [$0], weights: nil, notice: nil)
    }
  }

  /// `SIG.safetensors`, `SIG.th`, `SIG.pt`, or `SIG-CHECKSUM.th`.
  private func findSignature(_ signature: String, in folders: [String]) -> String? {
    for folder in folders {
      for suffix in Self.checkpointSuffixes {
        let path = "\(folder)/\(signature)\(suffix)"
        if FileSystem.isFile(path) { return path }
      }
      let match = FileSystem.names(in: folder).first { name in
        Self.checkpointSuffixes.contains { suffix in
          guard name.hasPrefix("\(signature)-"), name.hasSuffix(suffix) else { return false }
          let checksum = name.dropFirst(signature.count + 1).dropLast(suffix.count)
          return checksum.count == 8 && checksum.allSatisfy(\.isHexDigit)
        }
      }
      if let match { return "\(folder)/\(match)" }
    }
    return nil
  }

  /// A bag's members lie beside it, or where other models do.
  private func readBag(_ path: String, name: String) throws(FilterError) -> Location {
    try Self.refuseOthers(path)
    let recipe = try BagRecipe(path: path)
    var paths: [String] = []
    for signature in recipe.signatures {
      guard let file = findSignature(signature, in: [FileSystem.parent(path)] + places) else {
        throw FilterError(
          .unavailable, "\(path) names the model \"\(signature)\", which is not installed.",
          advice: "Put \(signature).th next to it.")
      }
      paths.append(file)
    }
    return Location(name: name, paths: paths, weights: recipe.weights, notice: nil)
  }

  /// - Throws: `unsupportedCheckpoint` for a file of another network.
  fileprivate static func refuseOthers(_ path: String) throws(FilterError) {
    if let family = ModelFamily(file: path), family != .demucs { throw family.refusal(of: path) }
  }

  // MARK: Paths

  /// - Parameter path: of a file or a folder that is there.
  private func findPath(_ path: String) throws(FilterError) -> Location {
    if FileSystem.isFolder(path) { return try findOnly(in: path) }
    let file = FileSystem.name(path)
    for suffix in Self.bagSuffixes where file.hasSuffix(suffix) {
      return try readBag(path, name: String(file.dropLast(suffix.count)))
    }
    let suffix = Self.checkpointSuffixes.first(where: file.hasSuffix) ?? ""
    return Location(
      name: String(file.dropLast(suffix.count)), paths: [path], weights: nil, notice: nil)
  }

  /// The one bag of a folder, or else its one checkpoint.
  private func findOnly(in folder: String) throws(FilterError) -> Location {
    let files = FileSystem.names(in: folder).filter { Self.suffixes.contains(where: $0.hasSuffix) }
    let names = files.filter { ModelFamily(file: "\(folder)/\($0)") != .roformer }
    if names.isEmpty, let other = files.first { try Self.refuseOthers("\(folder)/\(other)") }
    for suffixes in [Self.bagSuffixes, Self.checkpointSuffixes] {
      let matches = names.filter { name in suffixes.contains(where: name.hasSuffix) }
      if matches.count == 1 { return try findPath("\(folder)/\(matches[0])") }
      if matches.count > 1 {
        throw ModelFolder.hasSeveral(folder, models: matches, file: matches[0])
      }
    }
    throw FilterError(
      .noInput, "The folder \(folder) has no model.",
      advice: "Models are files that end in \(Self.suffixes.joined(separator: ", ")).")
  }

  /// Which files of a model are missing, as a part of a sentence; empty where all are.
  private func absentFiles(of known: Known) -> String {
    let absent = known.files.filter { findSignature($0.signature, in: places) == nil }
    guard absent.count < known.files.count else { return "" }
    return " completely: \(absent.map(\.name).joined(separator: ", ")) is missing"
  }

  package func advice(for known: Known) -> String {
    known.files.isEmpty
      ? "It comes with the project: install the project again."
      : "Get it with: \(fetching(known.name))"
  }
}

// MARK: - The list

extension DemucsModels {
  package func inspect(_ name: String) throws(FilterError) -> InstalledModel? {
    guard let found = try findName(name) else { return nil }
    let bag = try found.open()
    return InstalledModel(
      path: found.place,
      details: Self.details(
        bag.sources, bag.members.map(\.config.segment).min { $0.value < $1.value }!))
  }

  package var caches: [String] { [shelf.torchCache, shelf.hubCache].compactMap(\.self) }

  package func place(of name: String) -> String? {
    if let found = try? findName(name) { return found.place }
    let bags = places.flatMap { folder in Self.bagSuffixes.map { "\(folder)/\(name)\($0)" } }
    return bags.first(where: FileSystem.isFile)
  }

  package func otherNames() -> Set<String> {
    let taken = Set(Self.known.map(\.name) + Self.known.flatMap(\.files).map(\.signature))
    var names: Set<String> = []
    let files = folders.flatMap { folder in
      FileSystem.names(in: folder).map { (path: "\(folder)/\($0)", file: $0) }
    }
    for (path, file) in files {
      guard let suffix = Self.suffixes.first(where: file.hasSuffix) else { continue }
      let stem = file.dropLast(suffix.count)
      let signature = String(stem.split(separator: "-").first ?? stem)
      guard !stem.isEmpty, !taken.contains(String(stem)), !taken.contains(signature),
        ModelFamily(file: path) != .roformer
      else { continue }
      names.insert(String(stem))
    }
    return names
  }
}
