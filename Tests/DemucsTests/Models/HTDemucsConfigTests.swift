import APCore
import Checkpoints
import Demucs
import Tensors
import TestSupport
import Testing

@Suite struct HTDemucsConfigTests {
  @Test(arguments: ["demucs/htdemucs_tiny.th", "demucs/htdemucs_tiny.safetensors"])
  func readsBothFormatsAlike(name: String) throws {
    let config = try HTDemucsConfig(Checkpoint.open(fixture(name)))
    #expect(config.sources == ["drums", "bass", "other", "vocals"])
    #expect(config.channels == 8)
    #expect(config.dconvMode == 3)
    #expect(config.bottomChannels == 32)
    #expect(config.tLayers == 3)
    #expect(config.segment == Fraction("5/2"))
    #expect(config.segmentFrames == 110_250)
    #expect(config.segmentSpectra == 108)
    #expect(config.frequencyBins(config.depth) == 8)
    #expect(config.timeFrames(config.depth) == 431)
    #expect(config.transformerHidden == 128)
  }

  @Test func withoutBottomTheLastLayerIsTheTransformersWidth() throws {
    let config = try HTDemucsConfig(
      Checkpoint.open(fixture("demucs/htdemucs_tiny_6s.safetensors")))
    #expect(config.sources.suffix(2) == ["guitar", "piano"])
    #expect(config.bottomChannels == 0)
    #expect(config.transformerChannels == 64)
  }

  /// The class's defaults, with the segment of the released htdemucs as Python's Fraction.
  @Test func absentArgumentsAreTheClassesDefaults() throws {
    let config = try config(#""segment": {"_type": "fraction", "numerator": 39, "denominator": 5}"#)
    #expect(config.segmentFrames == 343_980)
    #expect(config.segmentSpectra == 336)
    #expect(config.channels == 48)
    #expect(config.channels(3) == 384)
    #expect(config.channelsIn(0) == 4)
    #expect(config.timeChannelsIn(0) == 2)
    #expect(config.channelsIn(2) == 96)
    #expect((0...4).map(config.frequencyBins) == [2048, 512, 128, 32, 8])
    #expect((0...4).map(config.timeFrames) == [343_980, 85_995, 21_499, 5375, 1344])
    #expect(config.transformerChannels == 384)
    #expect(config.transformerHidden == 1536)
    #expect(config.dconvHidden(96) == 12)
    #expect(config.freqEmb == 0.2)
    #expect(config.embScale == 10)
    #expect(config.samplerate == 44_100)
    #expect(config.tHeads == 8)
    #expect(config.dconvMode == 1)
  }

  @Test(arguments: [
    ("\"39/5\"", 343_980), ("7.8", 343_980), ("10", 441_000), ("\"4\"", 176_400),
  ])
  func segmentComesInManyForms(json: String, frames: Int) throws {
    #expect(try config("\"segment\": \(json)").segmentFrames == frames)
  }

  /// As `nn.MultiheadAttention` does: any number of heads that divides the width, whatever their own.
  @Test(arguments: [1, 2, 3, 6, 8, 12, 32, 96, 192])
  func anyNumberOfHeadsThatDividesTheWidth(heads: Int) throws {
    #expect(try config("\"t_heads\": \(heads)").tHeads == heads)
  }

  /// What only training needs is passed over, and so is what the class does not have.
  @Test func otherArgumentsArePassedOver() throws {
    _ = try config(
      """
      "t_dropout": 0.02, "dconv_init": 0.1, "t_cape_augment": true, "multi_freqs": [], "t_lr": null,
      "channels_time": null, "norm_starts": 9, "nonesuch": {"deep": [1]}
      """)
  }

  @Test(arguments: [
    ("cac", "false"), ("rewrite", "0"), ("multi_freqs", "[0.5]"), ("channels_time", "32"),
    ("wiener_iters", "1"), ("end_iters", "1"), ("context", "2"), ("context_enc", "1"),
    ("norm_starts", "2"), ("use_train_segment", "false"), ("t_emb", "\"cape\""),
    ("t_norm_in", "false"), ("t_norm_in_group", "true"), ("t_group_norm", "true"),
    ("t_norm_first", "false"), ("t_norm_out", "false"), ("t_layer_scale", "false"),
    ("t_gelu", "false"), ("t_cross_first", "true"), ("t_sparse_self_attn", "true"),
    ("t_sparse_cross_attn", "true"), ("t_sin_random_shift", "5"), ("t_max_period", "5000.0"),
    ("t_weight_pos_embed", "0.5"), ("t_layers", "0"), ("depth", "6"), ("depth", "-1"),
    ("channels", "1e30"), ("channels", "\"48\""), ("channels", "48.5"), ("nfft", "4095"),
    ("growth", "0"), ("stride", "9"), ("t_heads", "7"), ("bottom_channels", "10"),
    ("segment", "0"), ("segment", "\"1/0\""), ("segment", "1e9"), ("segment", "0.01"),
    ("segment", "[]"), ("samplerate", "9223372036854775807"), ("freq_emb", "-1"),
    ("dconv_mode", "4"), ("dconv_depth", "7"), ("audio_channels", "0"),
    ("t_hidden_scale", #"0.125, "bottom_channels": 4, "t_heads": 4"#),
  ])
  func otherNetworksAreRefusedByName(argument: String, value: String) {
    let error = #expect(throws: FilterError.self) { try config("\"\(argument)\": \(value)") }
    #expect(error?.code == .unsupportedCheckpoint)
    #expect(error?.code.status == .data)
    #expect(error?.message.contains("\(argument) = ") == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    "[]", "\"drums\"", "[1]", "[\"a\", \"a\"]", "[\"A\"]", "[\"\"]", "[\"../x\"]", "[\"a\", null]",
    "{}",
  ])
  func sourcesMustBeNamesOfTracks(json: String) {
    let error = #expect(throws: FilterError.self) { try config("", sources: json) }
    #expect(error?.message.contains("sources") == true)
  }

  @Test(arguments: ["HDemucs", "demucs.demucs.Demucs", "torch.nn.modules.Linear"])
  func otherClassesAreRefused(name: String) {
    let error = #expect(throws: FilterError.self) { try config("", className: name) }
    #expect(error?.message.contains("of the class \(name)") == true)
    #expect(error?.advice.contains("htdemucs") == true)
  }

  @Test(arguments: ["", "null", "[", "[]"]) func argumentsMustBeAnObject(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      TestCheckpoint.bytes(metadata: ["kwargs": text]), to: "x.safetensors")
    #expect(throws: FilterError.self) { try HTDemucsConfig(Checkpoint.open(path)) }
  }

  @Test func checkpointWithoutArgumentsIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(TestCheckpoint.bytes(metadata: [:]), to: "x.safetensors")
    let error = #expect(throws: FilterError.self) { try HTDemucsConfig(Checkpoint.open(path)) }
    #expect(error?.message.contains("no \"kwargs\"") == true)
  }

  private func config(
    _ arguments: String, sources: String = "[\"a\", \"b\"]", className: String = "HTDemucs"
  ) throws -> HTDemucsConfig {
    let folder = try TemporaryFolder()
    let more = arguments.isEmpty ? "" : ", \(arguments)"
    let bytes = TestCheckpoint.bytes(
      metadata: ["klass": className, "args": "[]", "kwargs": "{\"sources\": \(sources)\(more)}"])
    return try HTDemucsConfig(Checkpoint.open(folder.write(bytes, to: "x.safetensors")))
  }
}

/// A safetensors file with no tensors.
enum TestCheckpoint {
  static func bytes(metadata: [String: String]) -> [UInt8] {
    let header = JSONValue.object([
      "__metadata__": .object(metadata.mapValues { .string($0) })
    ])
    let text = header.serialized()
    return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
  }
}
