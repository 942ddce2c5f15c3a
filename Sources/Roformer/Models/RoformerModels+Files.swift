import APCore

/// Which files are a model.
extension RoformerModels {
  /// What stands around a model's name in those of its files: nothing, or what releases write.
  private static let shapes = [
    (checkpoint: "NAME", configuration: "NAME"),
    (checkpoint: "model_NAME", configuration: "config_NAME"),
    (checkpoint: "NAME", configuration: "config_NAME"),
    (checkpoint: "NAME", configuration: "NAME_config"),
  ]

  /// The models that a file may be a part of.
  static func names(of file: String) -> [String] {
    guard let suffix = suffixes.first(where: file.hasSuffix) else { return [] }
    let stem = String(file.dropLast(suffix.count))
    let isConfiguration = configurationSuffixes.contains(suffix)
    var names: [String] = []
    for shape in shapes.map({ isConfiguration ? $0.configuration : $0.checkpoint }) {
      let around = shape.split(separator: "NAME", omittingEmptySubsequences: false)
      guard stem.hasPrefix(around[0]), stem.hasSuffix(around[1]), stem.count > shape.count - 4
      else { continue }
      let name = String(stem.dropFirst(around[0].count).dropLast(around[1].count))
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The models of which both files lie in a folder.
  func names(in folder: String) -> Set<String> {
    let files = FileSystem.names(in: folder)
    return Set(
      files.flatMap(Self.names(of:)).filter { pair($0, in: folder)?.isOfAnotherNetwork == false })
  }

  /// `NAME.ckpt` and `NAME.yaml`, or as other `shapes` have them.
  ///
  /// - Parameter file: the name of one of the two; nil for any.
  func pair(_ name: String, in folder: String, with file: String? = nil) -> Location? {
    func path(_ stem: String, _ suffixes: [String]) -> String? {
      let names = suffixes.map { stem + $0 }.filter { FileSystem.isFile("\(folder)/\($0)") }
      return (names.first { $0 == file } ?? names.first).map { "\(folder)/\($0)" }
    }
    return Self.shapes.lazy.compactMap { shape in
      let stems = (
        shape.checkpoint.replacing("NAME", with: name),
        shape.configuration.replacing("NAME", with: name)
      )
      guard let checkpoint = path(stems.0, Self.checkpointSuffixes),
        let configuration = path(stems.1, Self.configurationSuffixes)
      else { return nil }
      return Location(name: name, checkpoint: checkpoint, configuration: configuration)
    }.first { found in file.map(found.has) ?? true }
  }

  /// The only checkpoint and the only YAML file of a folder.
  ///
  /// - Parameter name: what it is called; nil: as its checkpoint is.
  func only(in folder: String, name: String?) -> Location? {
    let names = FileSystem.names(in: folder)
    let checkpoints = names.filter { Self.checkpointSuffixes.contains(where: $0.hasSuffix) }
    let configurations = names.filter { Self.configurationSuffixes.contains(where: $0.hasSuffix) }
    guard checkpoints.count == 1, configurations.count == 1 else { return nil }
    return Location(
      name: name ?? Self.names(of: checkpoints[0]).first ?? checkpoints[0],
      checkpoint: "\(folder)/\(checkpoints[0])",
      configuration: "\(folder)/\(configurations[0])")
  }
}
