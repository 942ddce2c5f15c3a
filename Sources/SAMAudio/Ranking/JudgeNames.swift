internal import APCore
internal import Checkpoints

/// What the Judge's tensors are called in its two releases.
enum JudgeNames {
  /// Where a tensor belongs; nil for what is not used.
  ///
  /// - Parameters:
  ///   - textLayers: layers of the text encoder that run.
  ///   - blocks: of the codec's encoder.
  static func place(_ name: String, textLayers: Int, blocks: Int) -> WeightMap.Place? {
    func rest(_ beginning: String) -> Substring? {
      name.hasPrefix(beginning) ? name.dropFirst(beginning.count) : nil
    }
    if let rest = rest("text_model.") {
      return ModernBERT.uses(rest, layers: textLayers) ? .init(name) : nil
    }
    if let rest = rest("transformer.") { return .init("tower." + TowerNames.place(rest)) }
    if let rest = rest("finetune_transformer.") {
      return .init("finetune_tower." + TowerNames.place(rest))
    }
    // Sounds are only encoded.
    for part in [".out_proj.", ".decoder."] where name.contains(part) { return nil }
    if let rest = rest("dac_vae_encoder.bottleneck.") {
      return .init("audio_codec.quantizer.\(rest)")
    }
    if let rest = rest("dac_vae_encoder.encoder.") {
      return .init("audio_codec.encoder." + codecPlace(rest, blocks: blocks))
    }
    return .init(name)
  }

  /// dacvae's name of a tensor of the encoder that transformers has: parts are numbered there, and named here. A name that
  /// is none of these stays, and is left over.
  private static func codecPlace(_ name: Substring, blocks: Int) -> String {
    let units = ["snake1": 0, "conv1": 1, "snake2": 2, "conv2": 3]
    let unitNames = ["res_unit1", "res_unit2", "res_unit3"]
    let ends = ["conv1": 0, "snake1": blocks + 1, "conv2": blocks + 2]
    var parts = name.split(separator: ".").map(String.init)
    if let end = parts.first.flatMap({ ends[$0] }) {
      parts.replaceSubrange(..<1, with: ["block", "\(end)"])
    } else if parts.count > 3, parts[0] == "block", let block = Int(parts[1]),
      (0..<blocks).contains(block)
    {
      if let unit = unitNames.firstIndex(of: parts[2]), let part = units[parts[3]] {
        parts.replaceSubrange(
          ..<4, with: ["block", "\(block + 1)", "block", "\(unit)", "block", "\(part)"])
      } else if let part = units[parts[2]] {
        parts.replaceSubrange(..<3, with: ["block", "\(block + 1)", "block", "\(3 + part)"])
      }
    }
    return parts.joined(separator: ".")
  }
}
