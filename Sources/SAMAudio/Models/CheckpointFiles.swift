internal import APCore
import Checkpoints

/// The files that hold a SAM-Audio model's weights: one, or several parts.
struct CheckpointFiles: Sendable, Equatable {
  /// What is opened: a checkpoint, or the list of its parts.
  let path: String

  /// Names that a model's folder may have it under; the first that is there counts.
  static let names = ["model.safetensors", "model.safetensors.index.json", "checkpoint.pt"]

  /// Those of a folder; nil where there are none.
  init?(folder: String) {
    let paths = Self.names.map { "\(folder)/\($0)" }
    guard let path = paths.first(where: FileSystem.isFile) else { return nil }
    self.path = path
  }

  /// A checkpoint, or the list of its parts.
  init(path: String) {
    self.path = path
  }

  /// All files that are opened: those with tensors, and before them the list of parts.
  ///
  /// - Throws: `.damagedCheckpoint` for a list that cannot be read.
  func paths() throws(FilterError) -> [String] {
    let parts = isList ? Set(try parts().values).sorted().map { "\(folder)/\($0)" } : []
    let hasCodec = !path.hasSuffix(".pt") && FileSystem.isFile(codecPath)
    return [path] + parts + (hasCodec ? [codecPath] : [])
  }

  /// Opens all files.
  ///
  /// - Returns: the tensors under their released names; none is read.
  /// - Throws: what `Checkpoint.open` throws, and `.damagedCheckpoint` for parts that do not fit their list.
  func open() throws(FilterError) -> WeightMap {
    var tensors = try WeightMap(path: path, [])
    for file in try paths().dropFirst(isList ? 1 : 0) {
      let isCodec = file == codecPath
      if isCodec, tensors.names.contains(where: { $0.hasPrefix("audio_codec.") }) { continue }
      let part = try WeightMap(path: file, [Checkpoint.open(file)])
      tensors = try tensors.joined(isCodec ? part.moved(Self.codecPlace) : part)
    }
    if isList {
      for (name, part) in try parts().sorted(by: { $0.key < $1.key })
      where tensors.shape(name) == nil {
        throw FilterError(
          .damagedCheckpoint,
          "\(path) says that \(part) has a tensor \"\(name)\", but it does not.",
          advice: "Get the files again.")
      }
    }
    return try CheckpointLayout.released(tensors)
  }

  private var folder: String { FileSystem.parent(path) }
  /// What lies beside safetensors files that have no codec.
  private var codecPath: String { "\(folder)/audio_codec.safetensors" }
  private var isList: Bool { path.hasSuffix(".json") }

  /// A codec's own file has names that begin at the codec or at the model.
  private static func codecPlace(_ name: String) -> WeightMap.Place {
    WeightMap.Place(name.hasPrefix("audio_codec.") ? name : "audio_codec.\(name)")
  }

  /// Tensors, and the file beside this one that has each (huggingface_hub, "weight_map").
  private func parts() throws(FilterError) -> [String: String] {
    let map = try? JSONValue(
      parsing: FileSystem.read(path, limit: Self.maximumList) ?? [],
      limits: JSONLimits(bytes: Self.maximumList))["weight_map"]?.object
    let parts = (map ?? [:]).compactMapValues(\.string)
    guard !parts.isEmpty, parts.count == map?.count,
      parts.values.allSatisfy({ !$0.contains("/") && $0.hasSuffix(".safetensors") })
    else {
      throw FilterError(
        .damagedCheckpoint,
        "\(path) is damaged: it does not say in which file each tensor is.",
        advice: "Get the file again.")
    }
    return parts
  }

  /// More than the list of any released model, in bytes.
  private static let maximumList = 16 << 20
}
