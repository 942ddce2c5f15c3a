import TestSupport

@testable import SAMAudio

/// The small PE-A-Frame model in a folder of its own, in either release.
struct FrameModelFolder {
  enum Release: CaseIterable {
    /// Revision `perception_models`.
    case perceptionModels
    /// Revision `main`.
    case main
  }

  let folder: TemporaryFolder

  init(_ release: Release = .perceptionModels, change: (inout TestTensors) -> Void = { _ in })
    throws
  {
    let source = fixture("sam-audio-spans/pe-a-frame")
    folder = try TemporaryFolder()
    var tensors = try TestTensors(file: "\(source)/model.safetensors")
    change(&tensors)
    var config = try Files.read("\(source)/config.json")
    if release == .main {
      tensors = tensors.filter { !$0.hasPrefix("text_model.layers.5.") }.renamed(Self.mainName)
      config = Array(Self.mainConfig.utf8)
    }
    _ = try folder.write(config, to: "config.json")
    _ = try folder.write(tensors.safetensors, to: "model.safetensors")
    _ = try folder.write(Files.read("\(source)/tokenizer.json"), to: "tokenizer.json")
  }

  var path: String { folder.path }

  func open() throws -> FrameModelFiles { try FrameModelFiles(name: "small", folder: path) }

  /// What transformers' converter makes of a name of perception_models.
  private static func mainName(_ name: String) -> String {
    for (old, new) in [
      (
        "audio_model.audio_transformer.embeddings.cls_token",
        "audio_encoder.patch_embedder.class_embedding"
      ),
      ("audio_model.audio_transformer.embeddings.", "audio_encoder.patch_embedder."),
      ("audio_model.audio_transformer.", "audio_encoder."),
      ("audio_model.data_proj.", "audio_encoder.embedder.data_proj."),
      ("audio_model.dac_vae_encoder.bottleneck.in_proj.", "audio_encoder.embedder.bottleneck."),
      ("text_head.", "text_audio_head."), ("logit_", "text_audio_logit_"),
    ] where name.hasPrefix(old) {
      return new + name.dropFirst(old.count)
    }
    return name
  }

  /// Layers and positions are named otherwise than in the other release.
  private static let mainConfig = """
    {"model_type": "pe_audio", "audio_config": {"hidden_size": 64, "intermediate_size": 96,
    "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 32,
    "rope_parameters": {"rope_theta": 20000, "rope_type": "default"}}, "text_config":
    {"model_type": "modernbert", "vocab_size": 394, "hidden_size": 48, "num_attention_heads": 3,
    "num_hidden_layers": 5, "intermediate_size": 64, "local_attention": 8, "layer_types":
    ["full_attention", "sliding_attention", "sliding_attention", "full_attention",
    "sliding_attention"], "rope_parameters": {"full_attention": {"rope_theta": 160000.0},
    "sliding_attention": {"rope_theta": 10000.0}}}}
    """
}
