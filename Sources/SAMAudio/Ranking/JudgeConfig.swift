internal import APCore
internal import Checkpoints

/// How a SAM-Audio Judge is built (revision `sam_audio`, and `main`, which names its codec otherwise).
struct JudgeConfig: Sendable, Hashable {
  let codec: CodecConfig
  /// Over the frames of a sound.
  let tower: TowerConfig
  /// Over the frames of mixture, candidate and prompt together.
  let finetune: TowerConfig
  let text: ModernBERTConfig
  /// Layers of the text encoder that run.
  let textLayers: Int
  /// Width between the towers.
  let bottleneckDim: Int

  /// - Parameter latentDim: channels between the codec's encoder and its latent, where the configuration does not have it.
  init(path: String, latentDim: Int) throws(FilterError) {
    let arguments = try ModelArguments(
      json: path, advice: "No released Judge of SAM-Audio is like that.")
    codec =
      try arguments.values["dac_vae_encoder"] == nil
      ? CodecConfig(arguments["audio_codec"])
      : CodecConfig(encoder: arguments["dac_vae_encoder"], latentDim: latentDim)
    tower = try TowerConfig(arguments["transformer"])
    finetune = try TowerConfig(arguments["finetune_transformer"])
    text = try ModernBERTConfig(arguments["text_model"], layers: 28)
    textLayers = try arguments.int("nth_text_layer", default: 22, in: 1...text.attendsToAll.count)
    bottleneckDim = try arguments.int("bottleneck_dim", default: 256, in: 1...16_384)
  }
}
