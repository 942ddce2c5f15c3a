import APCore
import Checkpoints
import Glibc
import Tensors
import TestSupport
import Testing

@testable import SAMAudio

/// The codec of the small checkpoint against what the reference gave.
@Suite struct DACVAETests {
  struct Setting {
    let config: CodecConfig
    let golden: Golden
    private let checkpoint: Checkpoint

    init() throws {
      checkpoint = try Checkpoint.open(fixture("sam-audio/checkpoint.pt"))
      config = try SAMAudioConfig(path: fixture("sam-audio/config.json")).audioCodec
      golden = try Golden("sam-audio/golden")
    }

    func codec(
      threads: Int = 2, framesOfTile: Int? = nil, numerics: Numerics = .float32
    ) throws -> DACVAE {
      let codec = try DACVAE(
        checkpoint.weights(), config: config, numerics: numerics,
        workers: Workers(threads: threads))
      if let framesOfTile {
        codec.framesOfEncoderTile = framesOfTile
        codec.framesOfDecoderTile = framesOfTile
      }
      return codec
    }

    /// The target's latent, or the residual's.
    func latent(_ index: Int) throws -> Latent {
      let (shape, values) = try golden.tensor("decode_latent")
      let count = shape[1] * shape[2]
      return Latent(
        channels: shape[1], frames: shape[2],
        values: Array(values[index * count..<(index + 1) * count]))
    }

    func message(_ index: Int) throws -> [Bool] {
      try golden.rows("watermark_message")[index].map { $0 > 0.5 }
    }
  }

  @Test func latentIsTheReferences() throws {
    let setting = try Setting()
    let latent = try setting.codec().encode(setting.golden.tensor("wave_mono").values)
    let (shape, expected) = try setting.golden.tensor("codec_mean")
    #expect([latent.channels, latent.frames] == shape)
    #expect(Golden.error(latent.values, expected) <= 2e-5)
  }

  @Test(arguments: [0, 1]) func soundIsTheReferences(index: Int) throws {
    let setting = try Setting()
    let codec = try setting.codec()
    let latent = try setting.latent(index)
    let plain = codec.decode(latent, message: nil)
    let expected = try setting.golden.rows("decoded_no_watermark")[index]
    #expect(Golden.error(plain, expected) <= 2e-5)
    let marked = codec.decode(latent, message: try setting.message(index))
    let expectedMarked = try setting.golden.rows("decoded_watermark")[index]
    #expect(Golden.error(marked, expectedMarked) <= 2e-5)
    // The watermark itself is soft.
    let mark = zip(marked, plain).map { $0 - $1 }
    #expect(Golden.error(mark, zip(expectedMarked, expected).map { $0 - $1 }) <= 1e-4)
  }

  /// By 54 dB less than the sound here; bfloat16 would be at 37 dB.
  @Test(arguments: [Numerics(stored: .f16), Numerics(stored: .bf16)])
  func fewerBitsChangeLittle(numerics: Numerics) throws {
    func clearance(_ values: [Float], _ exact: [Float]) -> Double {
      func power(_ values: [Float]) -> Double {
        values.reduce(0) { $0 + Double($1) * Double($1) }
      }
      return power(exact) / power(zip(values, exact).map { $0 - $1 })
    }
    let setting = try Setting()
    let (exact, half) = (
      try setting.codec(), try setting.codec(numerics: numerics)
    )
    let samples = try setting.golden.tensor("wave_mono").values
    let (latent, message) = (try setting.latent(0), try setting.message(0))
    for ratio in [
      clearance(half.encode(samples).values, exact.encode(samples).values),
      clearance(half.decode(latent, message: nil), exact.decode(latent, message: nil)),
      clearance(half.decode(latent, message: message), exact.decode(latent, message: message)),
    ] {
      #expect(10 * log10(ratio) > 50)
      // They are other numbers.
      #expect(10 * log10(ratio) < 100)
    }
  }

  /// Of products of bfloat16 it would have 35 dB, and of half precision, whose sums are halves too, 44.
  @Test(arguments: [NumberFormat.f16, .bf16, .int8])
  func productsNeedTheDigits(format: NumberFormat) throws {
    let setting = try Setting()
    let latent = try setting.latent(0)
    let sound = try setting.codec(numerics: Numerics(multiplied: format)).decode(
      latent, message: nil)
    #expect(sound == (try setting.codec().decode(latent, message: nil)))
  }

  @Test(arguments: ["target", "residual"]) func separatedSoundIsTheReferences(stem: String) throws {
    let setting = try Setting()
    let (channels, index) = (setting.config.codebookDim, stem == "target" ? 0 : 1)
    let (shape, state) = try setting.golden.tensor("ode_midpoint16")
    let frames = shape[1]
    let values = (0..<channels * frames).map {
      state[$0 % frames * shape[2] + index * channels + $0 / frames]
    }
    let sound = try setting.codec().decode(
      Latent(channels: channels, frames: frames, values: values),
      message: setting.message(index))
    #expect(Golden.error(sound, try setting.golden.tensor("separate_\(stem)").values) <= 1e-4)
  }

  @Test func everyStageIsTheReferences() throws {
    let setting = try Setting()
    let codec = try setting.codec()
    var stages: [String: (shape: [Int], values: [Float])] = [:]
    codec.probe = Probe { stages[$0] = ($1, $2) }
    _ = codec.encode(try setting.golden.tensor("wave_mono").values)
    _ = codec.decode(try setting.latent(0), message: nil)
    for name in ["enc_block3", "enc_block4", "enc_z", "dec_out_proj", "dec_block0", "dec_block1"] {
      let stage = try #require(stages[name], "no stage \(name)")
      #expect(Golden.error(stage.values, try setting.golden.tensor(name).values) <= 2e-5, "\(name)")
    }
    // Of the long ones a part is kept.
    for name in [
      "enc_block0", "enc_block1", "enc_block2", "dec_block2", "dec_block3", "dec_block4",
    ] {
      let stage = try #require(stages[name], "no stage \(name)")
      let length = try #require(stage.shape.last)
      let rows = stride(from: 0, to: stage.values.count, by: length).map {
        Array(stage.values[$0..<$0 + length])
      }
      #expect(try setting.golden.error(of: rows, name) <= 2e-5, "\(name)")
    }
  }
}
