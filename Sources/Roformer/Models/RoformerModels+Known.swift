package import Separation

extension RoformerModels {
  /// A model that is known by its name.
  package struct Known: KnownModel {
    package let name: String
    package let kind: RoformerConfig.Kind
    /// Its stems, and what the mix is without them.
    package let stems: [String]
    /// Those that are written where nobody asks for others.
    package let written: [String]
    /// Seconds that the network takes at a time.
    package let chunkSeconds: Double
    /// What it costs to fetch, in 10⁶ bytes.
    package let megabytes: Int
    package let licence: String

    package var details: [ModelDetail] {
      RoformerModels.details(kind, stems, written: written, chunkSeconds)
    }
  }

  /// Models whose author, licence and SHA-256 are published; scripts/fetch-models has those and the addresses.
  package static let known: [Known] = [
    // By Kimberley Jensen.
    Known(
      name: "mel-band-roformer-kim", kind: .melBand, stems: ["vocals", "other"],
      written: ["vocals"], chunkSeconds: 8, megabytes: 913, licence: "MIT")
  ]

  static func details(
    _ kind: RoformerConfig.Kind, _ stems: [String], written: [String], _ chunkSeconds: Double
  ) -> [ModelDetail] {
    [
      .text(kind.rawValue), .stems(stems, written: written),
      .seconds((chunkSeconds * 10).rounded() / 10),
    ]
  }
}
