import Tensors
import TestSupport
import Testing

@testable import SAMAudio

/// What does not change what the codec gives: tiles, threads, and what it did before.
@Suite struct CodecTileTests {
  private func samples(_ count: Int) -> [Float] {
    Sounds.noise(frames: count, seed: UInt64(count))
  }

  private func latent(frames: Int, _ config: CodecConfig) -> Latent {
    let channels = config.codebookDim
    return Latent(
      channels: channels, frames: frames,
      values: samples(channels * frames).map { 2 * $0 })
  }

  private let message = (0..<16).map { $0 % 3 == 0 }

  /// Lengths around the edges of tiles, and tiles shorter than what a result depends on.
  @Test(arguments: [1, 2, 5, 8], [1, 2, 7, 8, 9, 16, 17, 31])
  func tilesGiveWhatTheWholeGives(framesOfTile: Int, frames: Int) throws {
    let setting = try DACVAETests.Setting()
    let whole = try setting.codec(framesOfTile: 1000)
    let tiled = try setting.codec(framesOfTile: framesOfTile)
    let sound = samples(frames * setting.config.hop - 7)
    #expect(tiled.encode(sound) == whole.encode(sound))
    let latent = latent(frames: frames, setting.config)
    #expect(tiled.decode(latent, message: message) == whole.decode(latent, message: message))
  }

  @Test func sameBytesForAnyNumberOfThreads() throws {
    let setting = try DACVAETests.Setting()
    let sound = samples(40_001)
    let latent = latent(frames: 21, setting.config)
    let results = try [1, 2, 3, 7].map { threads in
      let codec = try setting.codec(threads: threads, framesOfTile: 8)
      return (codec.encode(sound), codec.decode(latent, message: message))
    }
    for result in results { #expect(result == results[0]) }
    #expect(results[0].0.values.allSatisfy { $0.isFinite })
    #expect(results[0].1.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [0, 1, 2, 959, 960, 961, 1919, 1920, 1921, 3841])
  func anyLengthIsFilledUpToWholeFrames(count: Int) throws {
    let setting = try DACVAETests.Setting()
    let codec = try setting.codec()
    let sound = samples(count)
    let latent = codec.encode(sound)
    let frames = (count + 1919) / 1920
    #expect(latent.frames == frames)
    #expect(latent.values.allSatisfy { $0.isFinite })
    // By reflection, or by zeros where that is longer than the sound.
    let missing = frames * 1920 - count
    let filling =
      (0..<missing).map { missing < count ? sound[count - 2 - $0] : 0 }
    #expect(codec.encode(sound + filling) == latent)
    #expect(codec.decode(latent, message: message).count == frames * 1920)
  }

  @Test func silenceStaysFinite() throws {
    let setting = try DACVAETests.Setting()
    let codec = try setting.codec()
    let latent = codec.encode(Array(repeating: 0, count: 5000))
    #expect(latent.values.allSatisfy { $0.isFinite })
    let zeros = Latent(
      channels: latent.channels, frames: 3, values: latent.values.map { _ in 0 })
    for latent in [latent, zeros] {
      let sound = codec.decode(latent, message: message)
      #expect(sound.allSatisfy { $0.isFinite && abs($0) <= 1.25 })
    }
  }

  /// Longer sounds before leave no trace.
  @Test func nothingStaysOfEarlierSounds() throws {
    let setting = try DACVAETests.Setting()
    let (used, fresh) = (try setting.codec(), try setting.codec())
    _ = used.encode(samples(70_000))
    _ = used.decode(latent(frames: 40, setting.config), message: message)
    let sound = samples(3000)
    #expect(used.encode(sound) == fresh.encode(sound))
    let latent = latent(frames: 2, setting.config)
    #expect(used.decode(latent, message: nil) == fresh.decode(latent, message: nil))
  }
}
