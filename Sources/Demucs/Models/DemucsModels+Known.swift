package import Separation

extension DemucsModels {
  /// A model that is known by its name.
  package struct Known: KnownModel {
    /// A checkpoint among the model's members.
    package struct File: Sendable {
      /// What bags call it.
      package let signature: String
      /// The first 8 hexadecimal digits of the file's SHA-256; scripts/fetch-models checks them.
      package let checksum: String

      /// The name under which it is published.
      package var name: String { "\(signature)-\(checksum).th" }
    }

    package let name: String
    /// The members; empty for the model that comes with the project.
    package let files: [File]
    /// A row a member, a column a source; nil where all count alike.
    package let weights: [[Float]]?
    /// Its stems, in the order of the network's outputs.
    package let sources: [String]
    /// Seconds that the network takes at a time.
    package let segment: Fraction
    /// What it costs to fetch, in 10⁶ bytes.
    package let megabytes: Int
    package let licence: String

    package var details: [ModelDetail] { DemucsModels.details(sources, segment) }
  }

  /// What comes with the project.
  package static let bundled = "htdemucs-mini"

  private static let fourSources = ["drums", "bass", "other", "vocals"]

  /// The published files are those of the list `demucs/remote/files.txt` of the reference.
  package static let known: [Known] = [
    Known(
      name: "htdemucs", files: [.init(signature: "955717e8", checksum: "8726e21a")], weights: nil,
      sources: fourSources, segment: Fraction(39, 5)!, megabytes: 84, licence: "MIT"),
    // htdemucs fine-tuned, a model a stem: four times the time.
    Known(
      name: "htdemucs_ft",
      files: [
        .init(signature: "f7e0c4bc", checksum: "ba3fe64a"),
        .init(signature: "d12395a8", checksum: "e57c48e6"),
        .init(signature: "92cfc3b6", checksum: "ef3bcb9c"),
        .init(signature: "04573f0d", checksum: "f3cf25b2"),
      ],
      weights: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
      sources: fourSources, segment: Fraction(39, 5)!, megabytes: 336, licence: "MIT"),
    Known(
      name: "htdemucs_6s", files: [.init(signature: "5c90dfd2", checksum: "34c22ccb")],
      weights: nil, sources: fourSources + ["guitar", "piano"], segment: Fraction(39, 5)!,
      megabytes: 55, licence: "MIT"),
    Known(
      name: bundled, files: [], weights: nil, sources: fourSources, segment: Fraction(4)!,
      megabytes: 11, licence: "as the project; see MODEL_CARD.md"),
  ]

  package static let columns = ["STEMS", "SEGMENT"]
  package static let choice =
    "a name or a file. (default: htdemucs if installed, else the small one)"
  package static let otherModels = "a file is given by its path"

  static func details(_ sources: [String], _ segment: Fraction) -> [ModelDetail] {
    [.stems(sources, written: sources), .seconds(segment.value)]
  }
}
