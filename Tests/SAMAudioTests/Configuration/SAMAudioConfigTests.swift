import APCore
import Checkpoints
import SAMAudio
import TestSupport
import Testing

@Suite struct SAMAudioConfigTests {
  @Test(arguments: [
    ("small", 1536, 12, 12, 4096), ("base", 2048, 16, 16, 5504), ("large", 2816, 22, 22, 7552),
  ])
  func readsReleasedSizes(name: String, dim: Int, heads: Int, layers: Int, ffn: Int) throws {
    let config = try SAMAudioConfig(path: fixture("sam-audio/configs/\(name).json"))
    #expect(config.transformer.dim == dim)
    #expect(config.transformer.nHeads == heads)
    #expect(config.transformer.nLayers == layers)
    #expect(config.transformer.ffnDim == ffn)
    #expect(config.transformer.headDim == 128)
    #expect(config.transformer.ropeTheta == 20_000)
    #expect(config.transformer.normEps == 1e-5)
    #expect(config.stateChannels == 256)
    #expect(config.audioCodec.hop == 1920)
    #expect(config.audioCodec.sampleRate == 48_000)
    #expect([0, 1, 1920, 1921].map(config.audioCodec.latentFrames) == [0, 1, 1, 2])
    #expect(config.textEncoder.name == "t5-base")
    #expect(config.textEncoder.dim == 768)
    #expect(config.anchorEmbeddingDim == 128)
    #expect(config.visionDim == 1024)
  }

  @Test func readsTheTinyOne() throws {
    let config = try SAMAudioConfig(path: fixture("sam-audio/config.json"))
    #expect(config.transformer.dim == 64)
    #expect(config.transformer.headDim == 32)
    #expect(config.transformer.ffnDim == 192)
    #expect(config.audioCodec.encoderDim == 8)
    #expect(config.audioCodec.codebookDim == 16)
    #expect(config.stateChannels == 32)
    #expect(config.textEncoder.name == "t5")
  }

  @Test func absentFieldsAreThoseOfTheBaseSize() throws {
    let folder = try TemporaryFolder()
    let base = try SAMAudioConfig(path: fixture("sam-audio/configs/base.json"))
    for text in ["{}", #"{"transformer": {"dim": 2048}, "audio_codec": {}, "unknown": [1]}"#] {
      #expect(try SAMAudioConfig(path: folder.write(Array(text.utf8), to: "config.json")) == base)
    }
  }

  @Test(arguments: [
    (#"{"transformer": {"dim": "wide"}}"#, "transformer.dim = \"wide\""),
    (#"{"transformer": {"dim": 1000000000000}}"#, "transformer.dim = 1000000000000"),
    (#"{"transformer": {"n_heads": 3}}"#, "transformer.n_heads = 3"),
    (#"{"transformer": {"qk_norm": false}}"#, "transformer.qk_norm = False"),
    (#"{"transformer": {"non_linearity": "gelu"}}"#, "transformer.non_linearity = \"gelu\""),
    (#"{"transformer": {"out_channels": 128}}"#, "transformer.out_channels = 128"),
    (#"{"in_channels": 512}"#, "in_channels = 512"),
    (#"{"audio_codec": {"encoder_rates": [2, 0]}}"#, "audio_codec.encoder_rates = a list of 2"),
    (#"{"audio_codec": {"decoder_rates": [2, 2]}}"#, "audio_codec.decoder_rates = [2, 2]"),
    (#"{"audio_codec": {"decoder_dim": 100}}"#, "audio_codec.decoder_dim = 100"),
    (#"{"audio_codec": {"encoder_rates": [64, 64, 64, 64, 64, 64, 64, 64]}}"#, "decoder_rates"),
    (#"{"text_encoder": {"name": "../secret"}}"#, "text_encoder.name = \"../secret\""),
    (#"{"text_encoder": {"name": "t5/.."}}"#, "text_encoder.name = \"t5/..\""),
    (#"{"text_encoder": {"name": "/t5"}}"#, "text_encoder.name = \"/t5\""),
    ("[]", "it is not a JSON object"), ("{", "it is not JSON"),
  ])
  func refusesWhatItCannotBuild(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "config.json")
    let error = #expect(throws: FilterError.self) { try SAMAudioConfig(path: path) }
    #expect(error?.code == .unsupportedCheckpoint)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(path) == true)
  }
}
