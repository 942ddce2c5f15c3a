/// A model that is known by its name.
public struct CatalogModel: Sendable {
  /// A checkpoint among the model's members.
  public struct File: Sendable {
    /// What bags call it.
    public let signature: String
    /// The first 8 hexadecimal digits of the file's SHA-256; scripts/fetch-models checks them.
    public let checksum: String

    /// The name under which it is published.
    public var name: String { "\(signature)-\(checksum).th" }
  }

  /// What `--model` takes.
  public let name: String
  /// One line for lists.
  public let summary: String
  /// The members; empty for the model that comes with the project.
  public let files: [File]
  /// A row a member, a column a source; nil where all count alike.
  public let weights: [[Float]]?
  /// Its stems, in the order of the network's outputs.
  public let sources: [String]
  /// Seconds that the network takes at a time.
  public let segment: Fraction
  /// What it costs to fetch, in 10⁶ bytes.
  public let megabytes: Int
  /// Of the weights.
  public let licence: String
}

/// The models that are known by name. The published files are those of the list
/// `demucs/remote/files.txt` of the reference; scripts/fetch-models has the same ones.
public enum ModelCatalog {
  /// What runs where nobody asks for another.
  public static let preferred = "htdemucs"
  /// What comes with the project.
  public static let bundled = "htdemucs-mini"

  private static let fourSources = ["drums", "bass", "other", "vocals"]

  /// All of them, the preferred one first.
  public static let models: [CatalogModel] = [
    CatalogModel(
      name: preferred, summary: "Hybrid Transformer Demucs, four stems",
      files: [.init(signature: "955717e8", checksum: "8726e21a")], weights: nil,
      sources: fourSources, segment: Fraction(39, 5)!, megabytes: 84, licence: "MIT"),
    CatalogModel(
      name: "htdemucs_ft", summary: "htdemucs fine-tuned, a model a stem: four times the time",
      files: [
        .init(signature: "f7e0c4bc", checksum: "ba3fe64a"),
        .init(signature: "d12395a8", checksum: "e57c48e6"),
        .init(signature: "92cfc3b6", checksum: "ef3bcb9c"),
        .init(signature: "04573f0d", checksum: "f3cf25b2"),
      ],
      weights: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
      sources: fourSources, segment: Fraction(39, 5)!, megabytes: 336, licence: "MIT"),
    CatalogModel(
      name: "htdemucs_6s", summary: "htdemucs with guitar and piano, six stems",
      files: [.init(signature: "5c90dfd2", checksum: "34c22ccb")], weights: nil,
      sources: fourSources + ["guitar", "piano"], segment: Fraction(39, 5)!, megabytes: 55,
      licence: "MIT"),
    CatalogModel(
      name: bundled, summary: "a small model that comes with the project", files: [], weights: nil,
      sources: fourSources, segment: Fraction(4)!, megabytes: 11,
      licence: "as the project; see MODEL_CARD.md"),
  ]

  /// The model of a name.
  public static func model(named name: String) -> CatalogModel? {
    models.first { $0.name == name }
  }
}
