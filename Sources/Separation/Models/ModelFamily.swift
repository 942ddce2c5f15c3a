package import APCore
internal import Checkpoints
internal import YAML

/// The networks whose models lie in the same folders and have the same suffixes: what a file holds tells which one it
/// is of.
package enum ModelFamily: Sendable, Hashable, CaseIterable {
  case demucs
  case roformer

  /// What a model is, after "is".
  private var words: String {
    switch self {
    case .demucs: "a Demucs model"
    case .roformer: "a RoFormer"
    }
  }

  private var command: String {
    switch self {
    case .demucs: "ap-demucs"
    case .roformer: "ap-roformer"
    }
  }

  /// Refuses a model of this family in a command of another one.
  ///
  /// - Parameter model: as it was given, or its file.
  package func refusal(
    of model: String, _ code: FilterError.Code = .unsupportedCheckpoint
  ) -> FilterError {
    FilterError(
      code, "\(model) is \(words).", advice: "Use \(command) -m \(ShellText.quoted(model)).")
  }
}

// MARK: - By what a file holds

extension ModelFamily {
  /// The most bytes of a YAML file that is looked at.
  private static let longestYAML = 1 << 20
  private static let configurationSuffixes = [".yaml", ".yml"]
  private static let suffixes =
    [".ckpt", ".safetensors", ".pt", ".pth", ".th"] + configurationSuffixes

  /// That of a checkpoint or of the YAML file beside it; nil for any other file.
  package init?(file path: String) {
    let family =
      Self.configurationSuffixes.contains(where: path.hasSuffix)
      ? Self.ofConfiguration(path) : Self.ofCheckpoint(path)
    guard let family else { return nil }
    self = family
  }

  private static func ofConfiguration(_ path: String) -> ModelFamily? {
    guard let bytes = try? FileSystem.read(path, limit: longestYAML),
      let root = try? YAMLNode.parse(bytes.span.bytes)
    else { return nil }
    if root["models"]?.sequence != nil { return .demucs }
    guard let model = root["model"], root["training"] ?? root["audio"] != nil else { return nil }
    return ["num_bands", "freqs_per_bands", "dim_head"].contains { model[$0] != nil }
      ? .roformer : nil
  }

  private static func ofCheckpoint(_ path: String) -> ModelFamily? {
    guard FileSystem.isFile(path), let checkpoint = try? Checkpoint.open(path) else { return nil }
    if checkpoint.content["kwargs"] != nil { return .demucs }
    let bands = checkpoint.weights()["band_split"]["to_features"]
    return bands[0][0].has("gamma") ? .roformer : nil
  }
}

// MARK: - By a name

extension ModelFamily {
  /// That of what lies in folders under a name, or else that of models that are called so.
  init?(name: String, in folders: [String]) {
    let names = Self.suffixes.map { name + $0 }
    let files = folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
    if let found = files.lazy.filter(FileSystem.isFile).compactMap(Self.init(file:)).first {
      self = found
    } else if name.lowercased().contains("roformer") {
      self = .roformer
    } else if name.lowercased().hasPrefix("htdemucs") {
      self = .demucs
    } else {
      return nil
    }
  }

  /// What is said of a model that no command runs, as a sentence with a space after it; empty for all others.
  static func refusalOfUnsupported(_ name: String) -> String {
    guard let network = unsupportedNetwork(name.lowercased()) else { return "" }
    return "Models of \(network) are not supported. "
  }

  private static func unsupportedNetwork(_ name: String) -> String? {
    if earlierDemucs.contains(name) { return "Demucs v3 and earlier" }
    if name.contains("mdx") { return "MDX-Net" }
    return name.contains("uvr") ? "VR" : nil
  }

  /// What `demucs.pretrained` has besides the models of version 4.
  private static let earlierDemucs: Set<String> = [
    "demucs", "demucs48_hq", "demucs_extra", "demucs_quantized", "hdemucs_mmi", "light",
    "light_extra", "mdx", "mdx_extra", "mdx_extra_q", "mdx_q", "repro_mdx_a",
    "repro_mdx_a_hybrid_only", "repro_mdx_a_time_only", "tasnet", "tasnet_extra",
  ]
}
