import APCore
import CSndFile
import Testing

@testable import AudioEncoding

@Suite struct SoundFormatTests {
  static let limits: [(SoundFormat.Container, Int, Int, Bool)] = [
    (.wav, 768_000, 1_024, true), (.wav, 44_100, 1_025, false), (.flac, 655_350, 8, true),
    (.flac, 655_360, 1, false), (.flac, 65_535, 1, true), (.flac, 65_536, 1, false),
    (.flac, 65_540, 1, true), (.flac, 44_100, 9, false), (.ogg, 8_000, 8, true),
    (.ogg, 7_999, 1, false), (.ogg, 192_001, 1, false), (.ogg, 44_100, 9, false),
    (.mp3, 48_000, 2, true), (.mp3, 44_100, 3, false), (.mp3, 96_000, 2, false),
    (.mp3, 8_000, 1, true), (.opus, 48_000, 8, true), (.opus, 44_100, 2, false),
    (.opus, 48_000, 9, false), (.aiff, 768_000, 1_024, true), (.aiff, 44_100, 1_025, false),
    (.aac, 96_000, 2, true), (.aac, 44_101, 2, false), (.aac, 44_100, 3, false),
    (.alac, 384_000, 2, true), (.alac, 384_001, 1, false), (.alac, 44_100, 3, false),
    (.stem, 48_000, 2, true), (.stem, 192_000, 2, false), (.stem, 48_000, 6, false),
    (.stem, 48_000, 1, false),
  ]

  @Test(arguments: limits)
  func hasLimits(container: SoundFormat.Container, rate: Int, channels: Int, fits: Bool) throws {
    let format = try SoundFormat(container, samples: nil)
    if fits { return try format.check(rate: rate, channels: channels) }
    let error = #expect(throws: FilterError.self) {
      try format.check(rate: rate, channels: channels)
    }
    #expect(error?.code == .usage)
    #expect(error?.advice.isEmpty == false)
  }

  @Test(
    arguments: [
      (.opus, 44_100, 48_000), (.opus, 16_000, 16_000), (.opus, 96_000, 48_000),
      (.wav, 44_100, 44_100), (.mp3, 96_000, 96_000),
    ] as [(SoundFormat.Container, Int, Int)])
  func onlyOpusHasRatesOfItsOwn(container: SoundFormat.Container, rate: Int, taken: Int) throws {
    #expect(try SoundFormat(container, samples: nil).rate(for: rate) == taken)
  }

  /// The sizes of WAV have 32 bits, and its header needs some of them.
  @Test(
    arguments: [
      (100, 2, SF_FORMAT_WAV), (536_862_719, 2, SF_FORMAT_WAV), (536_870_911, 2, SF_FORMAT_RF64),
      (.max, 2, SF_FORMAT_RF64), (nil, 2, SF_FORMAT_RF64),
    ] as [(Int?, Int, Int)])
  func aLongWaveFileIsRF64(frames: Int?, channels: Int, code: Int) throws {
    let format = try SoundFormat(.wav, samples: .float32)
    #expect(format.code(frames: frames, channels: channels) == Int32(code | SF_FORMAT_FLOAT))
  }

  @Test(
    arguments: [
      ("a.wav", .wav), ("a.b.FLAC", .flac), (".oga", .ogg), ("a.aif", .aiff), ("a.m4a", .aac),
      ("a.mp4", .aac), ("a.stem.mp4", .stem), (".Stem.M4A", .stem), ("stem.mp4", .aac),
      ("a.aac", nil), ("a.alac", nil), ("wav", nil), ("a.", nil), ("a.b", nil),
      ("a.\u{301}wav", nil),
    ] as [(String, SoundFormat.Container?)])
  func aNameSaysTheFormat(name: String, container: SoundFormat.Container?) {
    #expect(SoundFormat.Container(fileName: name) == container)
  }

  @Test(
    arguments: [
      (.aac, 2, 16_000, true), (.aac, 2, 15_000, false), (.aac, 2, 529_000, true),
      (.aac, 2, 530_000, false), (.aac, 1, 8_000, true), (.aac, 1, 265_000, false),
      (.stem, 2, 320_000, true), (.stem, 2, 600_000, false),
      (.opus, 1, 6_000, true), (.opus, 1, 5_000, false), (.opus, 1, 256_000, true),
      (.opus, 1, 257_000, false), (.opus, 2, 12_000, true), (.opus, 2, 11_000, false),
      (.opus, 2, 512_000, true), (.opus, 2, 513_000, false), (.opus, 6, 1_536_000, true),
    ] as [(SoundFormat.Container, Int, Int, Bool)])
  func bitRatesDependOnTheSound(
    container: SoundFormat.Container, channels: Int, bitRate: Int, fits: Bool
  ) throws {
    let format = try SoundFormat(container, samples: nil, bitRate: bitRate)
    let rate = container == .opus ? 48_000 : 44_100
    guard !fits else { return try format.check(rate: rate, channels: channels) }
    #expect(throws: FilterError.self) { try format.check(rate: rate, channels: channels) }
  }

  @Test(arguments: [(44_100, 2, 256_000), (48_000, 1, 128_000), (8_000, 2, 96_000)])
  func aacHasAUsualBitRate(rate: Int, channels: Int, expected: Int) {
    #expect(SoundFormat.usualAACBitRate(rate: rate, channels: channels) == expected)
  }
}
