internal import APCore
internal import Checkpoints

/// What PE-A-Frame's tensors are called in its two releases.
enum FrameModelNames {
  /// Whether a file with these names is of the revision `main`.
  static func areMain(_ names: [String]) -> Bool {
    names.contains { $0.hasPrefix("audio_encoder.") }
  }

  /// In both releases, from the beginning: what a name begins with, and what that becomes; nil is left out. The model's
  /// own codec is: latents come from SAM-Audio's.
  private static let beginnings: [(published: String, own: String?)] = [
    ("audio_model.dac_vae_encoder.", nil), ("audio_model.data_proj.", "data_proj."),
    ("audio_model.audio_transformer.", "tower."),
    ("audio_encoder.embedder.data_proj.", "data_proj."), ("audio_encoder.embedder.", nil),
    ("audio_encoder.", "tower."), ("text_audio_head.", "text_head."),
    ("text_audio_logit_", "logit_"),
  ]

  /// Where a tensor belongs.
  ///
  /// - Parameter textLayers: layers of the text encoder that run.
  static func place(_ name: String, textLayers: Int) -> WeightMap.Place? {
    if name.hasPrefix("text_model.") {
      let isUsed = ModernBERT.uses(name.dropFirst("text_model.".count), layers: textLayers)
      return isUsed ? .init(name) : nil
    }
    for (published, own) in beginnings where name.hasPrefix(published) {
      guard let own else { return nil }
      let rest = name.dropFirst(published.count)
      return .init(own + (own == "tower." ? TowerNames.place(rest) : String(rest)))
    }
    return .init(name)
  }
}
