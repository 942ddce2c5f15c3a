internal import APCore
internal import Checkpoints

/// How a PE-A-Frame model is built: perception_models' configuration (revision `perception_models`), or transformers'
/// `PeAudioConfig` (revision `main`). The defaults are those of the base size.
struct FrameModelConfig: Sendable, Hashable {
  let tower: TowerConfig
  let text: ModernBERTConfig
  /// Layers of the text encoder that run.
  let textLayers: Int

  /// - Parameter isMain: which of the two.
  init(path: String, isMain: Bool) throws(FilterError) {
    let arguments = try ModelArguments(
      json: path, advice: "No released PE-A-Frame model is like that.")
    guard !isMain else {
      tower = try TowerConfig(arguments["audio_config"])
      text = try ModernBERTConfig(arguments["text_config"], layers: 22)
      textLayers = text.attendsToAll.count
      return
    }
    tower = try TowerConfig(arguments["audio_model"]["audio_transformer"])
    text = try ModernBERTConfig(arguments["text_model"], layers: 28)
    textLayers = try arguments.int("nth_text_layer", default: 22, in: 1...text.attendsToAll.count)
  }
}
