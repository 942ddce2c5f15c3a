import APCore
import Checkpoints
import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

/// CLAP's files, as they are published and as others keep them.
@Suite struct CLAPWeightsTests {
  static func released() throws -> TestTensors {
    try TestTensors(CLAPCheckpoint.open("\(CLAPGoldenTests.folder)/laion_clap/630k-best.pt"))
  }

  /// Loads both branches of other weights.
  static func load(_ tensors: TestTensors) throws {
    try load(tensors.safetensors)
  }

  static func load(_ file: [UInt8], config: RobertaConfig? = nil) throws {
    let folder = try TemporaryFolder()
    let weights = try CLAPCheckpoint.open(folder.write(file, to: "clap.safetensors")).weights()
    let workers = Workers(threads: 1)
    let config = try config ?? CLAPGoldenTests.config()
    _ = try CLAPAudioEncoder(weights, workers: workers)
    _ = try CLAPTextEncoder(weights, config: config, numerics: Numerics(), workers: workers)
  }

  /// What training left, numpy's numbers among it, is not run and not in the way.
  @Test func releasedFileHasWhatTheNetworkTakes() throws {
    let path = "\(CLAPGoldenTests.folder)/laion_clap/630k-best.pt"
    let file = try Checkpoint.open(path)
    #expect(file.content["epoch"]?.wholeNumber == 29)
    guard case .list(let groups) = file.content["optimizer"]?["param_groups"]?.kind,
      case .opaque(let rate) = groups[0]["lr"]?.kind
    else {
      Issue.record("no learning rate")
      return
    }
    #expect(rate.name == "numpy._core.multiarray.scalar")
    let names = try CLAPCheckpoint.open(path).names
    #expect(names.contains("audio_branch.layers.3.blocks.1.attn.relative_position_bias_table"))
    #expect(
      names.allSatisfy { name in
        !["module", "index", "mask", "transform", "logit", "head", "batches"].contains {
          name.contains($0)
        }
      })
    try Self.load(Self.released())
  }

  /// The same model in another file: bare names, as in mirrors, or those of training; with what the released file has beside.
  @Test(arguments: ["", "module."], [false, true])
  func otherFilesAreRead(prefix: String, isWhole: Bool) throws {
    var tensors = TestTensors()
    for (name, tensor) in try Self.released().tensors { tensors.tensors[prefix + name] = tensor }
    if isWhole {
      let small = TestTensors.Tensor(type: .float32, shape: [1], bytes: [0, 0, 0, 0])
      for name in [
        "audio_branch.spectrogram_extractor.stft.conv_real.weight", "audio_branch.head.weight",
        "audio_branch.tscam_conv.bias", "audio_branch.layers.0.blocks.1.attn_mask",
        "audio_branch.layers.0.blocks.1.attn.relative_position_index",
        "audio_branch.bn0.num_batches_tracked", "text_branch.embeddings.position_ids",
        "text_transform.sequential.0.weight", "audio_transform.sequential.0.weight",
        "logit_scale_a", "logit_scale_t",
      ] { tensors.tensors[prefix + name] = small }
    }
    try Self.load(tensors)
  }

  @Test(arguments: [
    "audio_branch.bn0.running_var", "audio_branch.logmel_extractor.melW",
    "audio_branch.patch_embed.proj.weight", "audio_branch.patch_embed.norm.bias",
    "audio_branch.layers.0.blocks.0.attn.qkv.weight",
    "audio_branch.layers.1.blocks.0.attn.relative_position_bias_table",
    "audio_branch.layers.2.blocks.0.mlp.fc2.bias", "audio_branch.layers.0.downsample.norm.weight",
    "audio_branch.layers.2.downsample.reduction.weight", "audio_branch.norm.weight",
    "audio_projection.2.weight", "text_branch.embeddings.word_embeddings.weight",
    "text_branch.embeddings.token_type_embeddings.weight",
    "text_branch.encoder.layer.2.attention.self.key.bias",
    "text_branch.encoder.layer.1.output.LayerNorm.weight", "text_branch.pooler.dense.weight",
    "text_projection.0.weight",
  ])
  func tensorsMustBeThereAndFit(name: String) throws {
    var tensors = try Self.released()
    tensors.tensors[name]?.shape.append(1)
    var error = #expect(throws: FilterError.self) { try Self.load(tensors) }
    #expect(error?.code == .misshapedTensor)
    #expect(error?.message.contains(name) == true)
    tensors.tensors[name] = nil
    error = #expect(throws: FilterError.self) { try Self.load(tensors) }
    #expect(error?.code == .missingTensor)
    #expect(error?.message.contains(name) == true)
  }

  /// The model with fusion has more than this one.
  @Test(arguments: [
    "audio_branch.patch_embed.mel_conv2d.weight", "audio_projection.4.weight",
    "text_branch.encoder.layer.3.output.dense.bias",
  ])
  func tensorsThatAreLeftOverAreNamed(name: String) throws {
    var tensors = try Self.released()
    tensors.tensors[name] = tensors.tensors["audio_branch.norm.weight"]
    let error = #expect(throws: FilterError.self) { try Self.load(tensors) }
    #expect(error?.code == .unusedTensors)
    #expect(error?.message.contains("\"\(name)\"") == true)
  }

  /// What would divide by zero, or take the root of a negative number.
  @Test(
    arguments: [
      ("audio_branch.patch_embed.proj.weight", [0, 1, 4, 4], "says nothing of the model's size"),
      ("audio_projection.0.weight", [0, 64], "says nothing of the model's size"),
      (
        "audio_branch.layers.0.blocks.0.attn.relative_position_bias_table", [225, 3],
        "3 heads, among which 8 channels"
      ),
      ("audio_branch.bn0.running_var", [64], "a variance is negative"),
    ] as [(String, [Int], String)])
  func impossibleSizesAreRefused(name: String, shape: [Int], message: String) throws {
    var tensors = try Self.released()
    let count = shape.reduce(1, *)
    tensors.tensors[name] = TestTensors.Tensor(
      type: .float32, shape: shape,
      bytes: (0..<count).flatMap { _ in [0, 0, 0x80, 0xbf] as [UInt8] })
    let error = #expect(throws: FilterError.self) { try Self.load(tensors) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  // MARK: The configuration

  @Test(arguments: [
    (#"{"model_type": "bert"}"#, "model_type = \"bert\""),
    (#"{"hidden_act": "gelu_new"}"#, "hidden_act = \"gelu_new\""),
    (#"{"pad_token_id": 0}"#, "pad_token_id = 0"),
    (#"{"position_embedding_type": "relative_key"}"#, "position_embedding_type"),
    (#"{"num_attention_heads": 5}"#, "num_attention_heads = 5"),
    (#"{"hidden_size": 0}"#, "hidden_size = 0"),
    (#"{"max_position_embeddings": 78}"#, "max_position_embeddings = 78"),
    (#"{"layer_norm_eps": -1}"#, "layer_norm_eps = -1"), ("[]", "not a JSON object"),
  ])
  func configurationsOfOtherNetworksAreRefused(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "config.json")
    let error = #expect(throws: FilterError.self) { try RobertaConfig(path: path) }
    #expect(error?.code == .unsupportedCheckpoint)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  /// roberta-base's says most of this itself.
  @Test func defaultsAreTheReleasedOnes() throws {
    let folder = try TemporaryFolder()
    let config = try RobertaConfig(path: folder.write(Array("{}".utf8), to: "config.json"))
    #expect(config.vocabSize == 50_265)
    #expect(config.hiddenSize == 768)
    #expect(config.intermediateSize == 3072)
    #expect(config.numHiddenLayers == 12)
    #expect(config.heads == Heads(count: 12, width: 64))
    #expect(config.maxPositionEmbeddings == 514)
    #expect(config.layerNormEps == 1e-5)
  }
}
