package import Separation

extension SAMModels {
  /// A model that is known by its name.
  package struct Known: KnownModel {
    /// A published file.
    package struct File: Sendable {
      /// Its name in the model's folder.
      package let name: String
      /// Its length.
      package let bytes: Int
      /// Its SHA-256, 64 hexadecimal digits; nil where it is not known.
      package let sha256: String?
    }

    /// What `--model` takes, and the name of its folder.
    package let name: String
    /// Where it is published.
    package let address: String
    /// What belongs into its folder.
    package let files: [File]
    package let licence: String

    /// What it costs to fetch, in 10⁶ bytes.
    package var megabytes: Int { (files.reduce(0) { $0 + $1.bytes } + 500_000) / 1_000_000 }

    package var details: [ModelDetail] { [.text("separation"), .megabytes(megabytes)] }
  }

  /// Those that separate. Their configurations are those of the size; the ones with `-tv` are trained for prompts in
  /// pictures too. Base has 2.3 times the work of small, large 6 times.
  package static let known = [
    samAudio(
      "small", checkpoint: 5_100_547_943,
      "8c44fda9821fd9f2ec8977304e3c0f55290d9eacb6bbf25b4b8fb1f69c2a8c06",
      config: "50a67c841676043afdd3af6484ef6a1b47e300e36ee24eb3e07c31da8216f47b"),
    samAudio(
      "base", checkpoint: 7_725_405_659,
      "b5f3e29ea7a9e80e90a00da495a8aafe890571f371c4bfb88c052c65a5636839",
      config: "b99a0ee6296edaeb8d355d41d365b33faa94b40af00b2c34d643a43617b10fb2"),
    samAudio(
      "large", checkpoint: 14_861_356_211,
      "ca55418b1d23e8c8a4dcc55f259d9801c8f79da0131a66e525d862c1289e3c4f",
      config: "b768c3b04e107a7afb3865d9126c6159d4b604b4d3279f99446f4f50b9f2c26d"),
    samAudio(
      "small-tv", checkpoint: 5_100_547_943,
      "1a9693b235efc3176986664dac349eb64022c7468cf8d4195954490a2457e6a9"),
    samAudio(
      "base-tv", checkpoint: 7_725_405_659,
      "569e3fecdefe267047b02d117acb5a67c03d2f73c4943d3d8bd43df9e9b9148d"),
    samAudio(
      "large-tv", checkpoint: 14_861_356_211,
      "90e047269238c498c5abe0da6e6ba40859d152111d4a09f582a209027a33b72f"),
  ]

  /// The text encoder of all of them.
  package static let textEncoder = Known(
    name: "t5-base", address: "https://huggingface.co/google-t5/t5-base",
    files: [
      .init(
        name: "config.json", bytes: 1208,
        sha256: "46dd7cb62d29c81fb551e0ef1ea274c24a46ba441eeb948897706252933df033"),
      .init(
        name: "spiece.model", bytes: 791_656,
        sha256: "d60acb128cf7b7f2536e8f38a5b18a05535c9e14c7a355904270e15b0945ea86"),
      .init(
        name: "model.safetensors", bytes: 891_646_390,
        sha256: "a90903540cc02cbeb7ff9f823f1a80eb778c7e22426a0e620b01c77a5ec8f5b4"),
    ], licence: "Apache-2.0")

  package static let columns = ["USE", "SIZE"]
  package static let choice = "a name or a folder. (default: \(preferred.name))"
  package static let otherModels = "others are given by their folder's path"

  private static func samAudio(
    _ size: String, checkpoint bytes: Int, _ sha256: String, config: String? = nil
  ) -> Known {
    Known(
      name: "sam-audio-\(size)", address: "https://huggingface.co/facebook/sam-audio-\(size)",
      files: [
        .init(name: "config.json", bytes: 2251, sha256: config),
        .init(name: "checkpoint.pt", bytes: bytes, sha256: sha256),
      ], licence: "SAM License")
  }
}
