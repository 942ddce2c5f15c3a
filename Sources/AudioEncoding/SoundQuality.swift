/// How much a lossy codec keeps, as libsndfile takes it.
enum SoundQuality {
  /// From 0, the best, to 1, the smallest; nil where there is no choice.
  ///
  /// - Parameter bitRate: bits a second; nil: about 220 kbit/s as Vorbis, 240 as MP3 (V0) and 160 as Opus, for stereo.
  static func compression(
    _ container: SoundFormat.Container, channels: Int, bitRate: Int?
  ) -> Double? {
    switch container {
    case .ogg: 0.3
    case .mp3:
      // Half a kilobit more, because libsndfile rounds down: 320 - level · 288 kbit/s.
      bitRate.map { min(1, max(0, (320 - Double($0) / 1000 - 0.5) / 288)) } ?? 0
    case .opus:
      // 256 - level · 250 kbit/s a channel.
      (256 - Double(bitRate ?? 80_000 * channels) / Double(1000 * channels)) / 250
    case .wav, .flac, .aiff, .aac, .alac, .stem: nil
    }
  }

  /// Bits a second of Opus, from the smallest to the best.
  static func opusBitRates(channels: Int) -> ClosedRange<Int> {
    6_000 * channels...256_000 * channels
  }
}
