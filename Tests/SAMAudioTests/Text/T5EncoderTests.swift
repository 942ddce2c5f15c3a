import APCore
import Checkpoints
import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

/// The text encoder of the small model against what the reference gave.
@Suite struct T5EncoderTests {
  static let folder = fixture("sam-audio/t5")

  static func texts() throws -> [String] {
    let json = try JSONValue(
      parsing: Files.read(fixture("sam-audio/tokens.json")), limits: JSONLimits(bytes: 1 << 20))
    return (json.array ?? []).compactMap { $0["text"]?.string }
  }

  /// The weights and what is next to them in a folder of its own.
  static func files(_ weights: [UInt8], name: String = "model.safetensors") throws
    -> TemporaryFolder
  {
    let copy = try TemporaryFolder()
    _ = try copy.write(weights, to: name)
    for file in ["config.json", "spiece.model"] {
      _ = try copy.write(Files.read("\(folder)/\(file)"), to: file)
    }
    return copy
  }

  static func encoder(
    _ folder: String = folder, numerics: Numerics = Numerics(), threads: Int = 2
  ) throws -> T5Encoder {
    try TextEncoderFiles(folder: folder).encoder(
      numerics: numerics, workers: Workers(threads: threads))
  }

  /// Loads other weights.
  static func load(_ tensors: TestTensors) throws {
    let files = try files(tensors.safetensors)
    _ = try encoder(files.path)
  }

  static func features(_ encoder: T5Encoder, of text: String) throws -> TextFeatures {
    encoder(try TokenizerTests.tokenizer("spiece.model").tokens(of: text, limit: 512))
  }

  @Test func featuresAreTheReferences() throws {
    let golden = try Golden("sam-audio/golden")
    let encoder = try Self.encoder()
    var compared = 0
    for (index, text) in try Self.texts().enumerated() {
      guard let (shape, values) = try? golden.tensor("text_features_\(index)") else { continue }
      let features = try Self.features(encoder, of: text)
      #expect([1, features.tokens, features.width] == shape, "\(text)")
      #expect(Golden.error(features.values, values) <= 2e-5, "\(text)")
      compared += 1
    }
    #expect(compared >= 3)
    let features = try Self.features(encoder, of: Self.texts()[5])
    #expect(
      Golden.error(features.values, try golden.tensor("text_features").values) <= 2e-5)
  }

  /// `T5Attention._relative_position_bucket` of transformers, for 32 buckets up to 128: the last distance of each.
  @Test func bucketsAreTheReferences() throws {
    let config = try T5Config(path: "\(Self.folder)/config.json")
    let last = [0, 1, 2, 3, 4, 5, 6, 7, 11, 15, 22, 31, 45, 63, 90]
    for distance in 0...600 {
      let bucket = last.firstIndex { distance <= $0 } ?? 15
      #expect(T5Encoder.bucket(-distance, config) == bucket, "\(distance)")
      #expect(T5Encoder.bucket(distance, config) == (distance > 0 ? 16 : 0) + bucket, "\(distance)")
    }
  }

  /// More tokens than a panel has, and than distances are told apart.
  @Test func longTextsHaveTheSameBytesForAnyNumberOfThreads() throws {
    let tokens = (0..<301).map { 3 + $0 * 7 % 400 } + [1]
    let results = try [1, 2, 3, 7].map { try Self.encoder(threads: $0)(tokens) }
    for result in results { #expect(result == results[0]) }
    #expect(results[0].tokens == 302)
    #expect(results[0].values.allSatisfy { $0.isFinite })
  }

  /// With weights of float16 it is 4.06e-2: attention with products of bfloat16 has an exponential that is exact to 8e-5,
  /// so that some of its weights are rounded to the other neighbour.
  @Test(
    arguments: [
      (Numerics(multiplied: .bf16), 4e-2), (Numerics(stored: .bf16, multiplied: .bf16), 4e-2),
      (Numerics(stored: .f16, multiplied: .bf16), 4.5e-2),
    ] as [(Numerics, Float)])
  func productsMayBeOfBfloat16(numerics: Numerics, bound: Float) throws {
    let text = try Self.texts()[5]
    let golden = try Golden("sam-audio/golden").tensor("text_features").values
    let rounded = try Self.features(Self.encoder(numerics: numerics), of: text).values
    #expect(Golden.error(rounded, golden) <= bound)
    #expect(Golden.error(rounded, golden) > 1e-4, "the factors are rounded")
  }

  @Test(arguments: [(NumberFormat.bf16, 4e-2), (.f16, 6e-3)] as [(NumberFormat, Float)])
  func weightsMayBeKeptInHalfTheSize(format: NumberFormat, bound: Float) throws {
    let text = try Self.texts()[5]
    let golden = try Golden("sam-audio/golden").tensor("text_features").values
    let kept = try Self.features(Self.encoder(numerics: Numerics(stored: format)), of: text).values
    #expect(Golden.error(kept, golden) <= bound)
    #expect(Golden.error(kept, golden) > 1e-5, "the weights are rounded")
    // A file of that format has rounded embeddings and norms as well.
    let narrowed = try TestTensors(file: "\(Self.folder)/model.safetensors").narrowed(to: format)
    let files = try Self.files(narrowed.safetensors)
    let stored = try Self.features(Self.encoder(files.path), of: text).values
    #expect(Golden.error(stored, golden) <= bound)
  }

  // MARK: Files

  /// The whole T5 has a decoder; and what is stored once may have either name.
  @Test(arguments: ["model.safetensors", "pytorch_model.bin"], [true, false])
  func filesOfTheWholeModelAreRead(name: String, hasShared: Bool) throws {
    var tensors = try TestTensors(file: "\(Self.folder)/model.safetensors")
    let small = TestTensors.Tensor(type: .float32, shape: [1], bytes: [0, 0, 0, 0])
    tensors.tensors["encoder.embed_tokens.weight"] = tensors.tensors["shared.weight"]
    if !hasShared { tensors.tensors["shared.weight"] = nil }
    tensors.tensors["decoder.embed_tokens.weight"] = small
    tensors.tensors["decoder.block.0.layer.0.SelfAttention.q.weight"] = small
    tensors.tensors["lm_head.weight"] = small
    let files = try Self.files(
      name.hasSuffix(".bin") ? tensors.archive : tensors.safetensors, name: name)
    let text = try Self.texts()[5]
    #expect(
      try Self.features(Self.encoder(files.path), of: text)
        == Self.features(Self.encoder(), of: text))
  }

  @Test(arguments: [
    "shared.weight", "encoder.block.1.layer.0.SelfAttention.o.weight",
    "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
    "encoder.block.1.layer.1.layer_norm.weight", "encoder.final_layer_norm.weight",
  ])
  func tensorsMustBeThereAndFit(name: String) throws {
    var tensors = try TestTensors(file: "\(Self.folder)/model.safetensors")
    tensors.tensors[name]?.shape.append(1)
    var error = #expect(throws: FilterError.self) {
      try Self.load(tensors)
    }
    #expect(error?.code == .misshapedTensor)
    #expect(error?.message.contains("\"\(name)\"") == true)
    tensors.tensors[name] = nil
    error = #expect(throws: FilterError.self) {
      try Self.load(tensors)
    }
    #expect(error?.code == .missingTensor)
    #expect(error?.message.contains("\"\(name)\"") == true)
  }

  @Test func tensorsThatAreLeftOverAreNamed() throws {
    var tensors = try TestTensors(file: "\(Self.folder)/model.safetensors")
    let name = "encoder.block.2.layer.0.layer_norm.weight"
    tensors.tensors[name] = tensors.tensors["encoder.final_layer_norm.weight"]
    let error = #expect(throws: FilterError.self) {
      try Self.load(tensors)
    }
    #expect(error?.code == .unusedTensors)
    #expect(error?.message.contains("\"\(name)\"") == true)
  }

  @Test func tokenizerMustNotHaveMoreTokensThanTheNetwork() throws {
    let files = try Self.files(Files.read("\(Self.folder)/model.safetensors"))
    _ = try files.write(Array(#"{"vocab_size": 100}"#.utf8), to: "config.json")
    let error = #expect(throws: FilterError.self) { try TextEncoderFiles(folder: files.path) }
    #expect(error?.message.contains("more than the 100 of") == true)
  }

  // MARK: The configuration

  /// What is in t5-base's config.json, which says nothing of what is the default.
  @Test func readsTheReleasedOne() throws {
    let folder = try TemporaryFolder()
    let text = """
      {"architectures": ["T5ForConditionalGeneration"], "d_ff": 3072, "d_kv": 64, "d_model": 768,
       "decoder_start_token_id": 0, "layer_norm_epsilon": 1e-06, "model_type": "t5", "n_positions": 512,
       "num_heads": 12, "num_layers": 12, "relative_attention_num_buckets": 32, "vocab_size": 32128}
      """
    let config = try T5Config(path: folder.write(Array(text.utf8), to: "config.json"))
    #expect(config.dModel == 768)
    #expect(config.inner == 768)
    #expect(config.dFF == 3072)
    #expect(config.numLayers == 12)
    #expect(config.relativeAttentionMaxDistance == 128)
    #expect(config.vocabSize == 32_128)
    #expect(config.layerNormEpsilon == 1e-6)
  }

  @Test(arguments: [
    (#"{"model_type": "bert"}"#, "model_type = \"bert\""),
    (#"{"feed_forward_proj": "gated-gelu"}"#, "feed_forward_proj = \"gated-gelu\""),
    (#"{"d_kv": 0}"#, "d_kv = 0"), (#"{"d_model": -1}"#, "d_model = -1"),
    (#"{"num_layers": 1e99}"#, "num_layers"), (#"{"vocab_size": "many"}"#, "vocab_size = \"many\""),
    (#"{"relative_attention_num_buckets": 30}"#, "relative_attention_num_buckets = 30"),
    (#"{"relative_attention_max_distance": 8}"#, "relative_attention_num_buckets = 32"),
    ("[]", "not a JSON object"), ("{", "not JSON"),
  ])
  func refusesWhatItCannotBuild(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "config.json")
    let error = #expect(throws: FilterError.self) { try T5Config(path: path) }
    #expect(error?.code == .unsupportedCheckpoint)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
