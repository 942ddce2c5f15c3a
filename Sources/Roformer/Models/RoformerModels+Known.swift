internal import Separation

extension RoformerModels {
  /// A model that is known by its name.
  package struct Known: KnownModel {
    package let name: String
    package let kind: RoformerConfig.Kind
    /// Its stems, and what the mix is without them.
    package let stems: [String]
    /// Seconds that the network takes at a time.
    package let chunkSeconds: Double
    /// What it costs to fetch, in 10⁶ bytes.
    package let megabytes: Int
    package let licence: String

    package var details: [String] { RoformerModels.details(kind, stems, chunkSeconds) }
  }

  /// Models whose author, licence and SHA-256 are published; scripts/fetch-models has those and the addresses.
  package static let known: [Known] = [
    // By Kimberley Jensen.
    Known(
      name: "mel-band-roformer-kim", kind: .melBand, stems: ["vocals", "other"], chunkSeconds: 8,
      megabytes: 913, licence: "MIT")
  ]

  static func details(
    _ kind: RoformerConfig.Kind, _ stems: [String], _ chunkSeconds: Double
  ) -> [String] {
    [kind.rawValue, stems.joined(separator: ","), "\((chunkSeconds * 10).rounded() / 10) s"]
  }
}
