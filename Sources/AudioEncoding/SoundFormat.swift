package import APCore
internal import CSndFile

/// A kind of sound file, and how it holds a sample.
package struct SoundFormat: Sendable, Hashable {
  /// A kind of sound file.
  package enum Container: String, Sendable, CaseIterable {
    case wav, flac, ogg, mp3, opus, aiff, aac, alac
    case stem = "stem.mp4"

    /// The kind that the end of a file's name stands for.
    package init?(fileName name: String) {
      let words = name.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
        .dropFirst().map { String($0).lowercased() }
      switch words.last {
      case "oga": self = .ogg
      case "aif": self = .aiff
      case "m4a", "mp4": self = words.dropLast().last == "stem" ? .stem : .aac
      // Files of these names are no MP4.
      case "aac", "alac", nil: return nil
      case let name?: self.init(rawValue: name)
      }
    }

    /// Whether libavformat writes it.
    var isMP4: Bool { self == .aac || self == .alac || self == .stem }

    /// Whether a file without a single frame has nothing that tells its format.
    var needsSound: Bool { self == .flac || self == .mp3 }

    /// Whether its pages are those of Ogg.
    var isOgg: Bool { self == .ogg || self == .opus }
  }

  /// How a sample is held.
  package enum Samples: String, Sendable, CaseIterable {
    case int16 = "16"
    case int24 = "24"
    case float32 = "f32"
  }

  /// The kind of file.
  package let container: Container
  /// How it holds a sample; nil where its codec decides.
  package let samples: Samples?
  /// Bits a second; nil: as many as a fixed quality takes, or as AAC usually has.
  package let bitRate: Int?

  /// - Parameters:
  ///   - samples: nil: float for WAV, 24 bits for FLAC and AIFF.
  ///   - bitRate: bits a second of a lossy codec.
  /// - Throws: `usage` where the container does not hold such samples, or its codec has no such bit rate.
  package init(
    _ container: Container, samples: Samples?, bitRate: Int? = nil
  ) throws(FilterError) {
    self.container = container
    self.bitRate = bitRate
    if let bitRate { try Self.check(bitRate, container) }
    switch container {
    case .wav: self.samples = samples ?? .float32
    case .flac, .aiff, .alac:
      guard samples != .float32 else {
        throw FilterError(
          .usage, "\(container.rawValue.uppercased()) cannot hold float samples.",
          advice: "Give --bits 16 or 24, or a WAV file.")
      }
      self.samples = samples ?? .int24
    case .stem:
      guard samples != .float32 else {
        throw FilterError(
          .usage, "A .stem.mp4 file cannot hold float samples.",
          advice: "Give --bits 16 or 24 for ALAC, or none for AAC.")
      }
      guard samples == nil || bitRate == nil else {
        throw FilterError(
          .usage, "--bits makes ALAC of the stems, to which --bitrate does not apply.",
          advice: "Give one of the two.")
      }
      self.samples = samples
    case .ogg, .mp3, .opus, .aac:
      guard samples == nil else {
        throw FilterError(
          .usage, "--bits does not apply to \(container.rawValue).",
          advice: "Leave it out, or choose wav, aiff, flac or alac.")
      }
      self.samples = nil
    }
  }

  private static func check(_ bitRate: Int, _ container: Container) throws(FilterError) {
    switch container {
    case .mp3:
      guard !mp3BitRates.contains(bitRate / 1000) || bitRate % 1000 != 0 else { return }
      throw FilterError(
        .usage, "MP3 has no bit rate of \(bitRate / 1000) kbit/s.",
        advice: "It has \(list(mp3BitRates)).")
    // What they have depends on the sound.
    case .opus, .aac, .stem: return
    case .ogg, .wav, .flac, .aiff, .alac:
      throw FilterError(
        .usage, "--bitrate does not apply to \(container.rawValue).",
        advice: "Leave it out, or choose mp3, opus or aac.")
    }
  }

  private static let mp3BitRates = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
  ]

  /// Frames a second where the codec has a rate of its own for all other rates.
  func rate(for rate: Int) -> Int {
    container == .opus && !Self.opusRates.contains(rate) ? 48_000 : rate
  }

  private static let opusRates = [8000, 12000, 16000, 24000, 48000]

  /// Whether samples become integers, which have no room beyond full scale.
  var isInteger: Bool { samples == .int16 || samples == .int24 }

  /// Whether its codec forgets what cannot be heard.
  var isLossy: Bool { samples == nil }

  /// Bytes a sample has in a WAV file.
  var bytesPerSample: Int {
    switch samples {
    case .int16: 2
    case .int24: 3
    case .float32, nil: 4
    }
  }

  /// Whether the format can have such sound.
  ///
  /// - Throws: `usage`, with what to do.
  func check(rate: Int, channels: Int) throws(FilterError) {
    let (rates, mostChannels): (String?, Int) =
      switch container {
      case .wav, .aiff: (nil, 1024)
      case .opus: (Self.opusRates.contains(rate) ? nil : Self.list(Self.opusRates), 8)
      case .flac:
        (Self.isRateOfFLAC(rate) ? nil : "1...65535 and multiples of 10 up to 655350", 8)
      case .ogg: ((8000...192_000).contains(rate) ? nil : "8000...192000", 8)
      case .mp3: (Self.mp3Rates.contains(rate) ? nil : Self.list(Self.mp3Rates), 2)
      case .aac, .alac, .stem:
        isLossy
          ? (Self.aacRates.contains(rate) ? nil : Self.list(Self.aacRates), 2)
          : (rate <= 384_000 ? nil : "1...384000", 2)
      }
    if let rates {
      throw FilterError(
        .usage, "\(container.rawValue) cannot have a rate of \(rate) Hz, only \(rates).",
        advice: "Choose one with --rate.")
    }
    guard channels <= mostChannels else {
      throw FilterError(
        .usage, "\(container.rawValue) cannot have \(channels) channels, only \(mostChannels).",
        advice: "Choose wav, or give ap-decode --channels 2.")
    }
    guard container != .stem || channels == 2 else {
      throw FilterError(
        .usage, "DJ software plays no stems but stereo ones.",
        advice: "Give ap-decode --channels 2.")
    }
    guard container != .mp3 || bitRate == nil || rate >= 32_000 else {
      throw FilterError(
        .usage, "--bitrate is for MP3 of 32000 Hz or more, not of \(rate) Hz.",
        advice: "Leave it out, or give a higher --rate.")
    }
    guard let bitRate, let allowed = bitRates(rate: rate, channels: channels),
      !allowed.contains(bitRate)
    else { return }
    throw FilterError(
      .usage,
      "\(container == .opus ? "Opus" : "AAC") has no bit rate of \(bitRate / 1000) kbit/s for "
        + "\(channels) \(channels == 1 ? "channel" : "channels") at \(rate) Hz.",
      advice: "It has \(allowed.lowerBound / 1000) to \(allowed.upperBound / 1000).")
  }

  /// Bits a second that the codec has for such sound; nil where the sound makes no difference.
  private func bitRates(rate: Int, channels: Int) -> ClosedRange<Int>? {
    switch container {
    case .opus: SoundQuality.opusBitRates(channels: channels)
    case .aac, .stem: 8000 * channels...Self.mostAAC(rate: rate, channels: channels)
    case .wav, .flac, .ogg, .mp3, .aiff, .alac: nil
    }
  }

  /// Bits a second of AAC where nobody asks for others: 256,000 for stereo.
  static func usualAACBitRate(rate: Int, channels: Int) -> Int {
    min(128_000 * channels, mostAAC(rate: rate, channels: channels))
  }

  /// 6,144 bits for 1,024 frames of a channel.
  private static func mostAAC(rate: Int, channels: Int) -> Int { 6 * rate * channels }

  private static func list(_ rates: [Int]) -> String {
    rates.map { "\($0)" }.joined(separator: ", ")
  }

  /// Its frames count hertz, or tens of them, with 16 bits (RFC 9639, 9.1.2).
  private static func isRateOfFLAC(_ rate: Int) -> Bool {
    rate <= 65_535 || rate <= 655_350 && rate.isMultiple(of: 10)
  }

  private static let aacRates = [
    7350, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000,
  ]

  private static let mp3Rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]

  /// A file whose sizes have 32 bits holds fewer bytes of sound than this: its header needs some of them.
  static let sizeLimit = Int(UInt32.max) - 65_536

  /// libsndfile's number for it.
  ///
  /// - Parameter frames: nil where the length is not known. WAV's sizes have 32 bits, so what may be
  ///   longer is written as RF64, which libsndfile turns back into WAV where it turns out to fit.
  func code(frames: Int?, channels: Int) -> Int32 {
    let held =
      switch samples {
      case .int16: SF_FORMAT_PCM_16
      case .int24: SF_FORMAT_PCM_24
      case .float32, nil: SF_FORMAT_FLOAT
      }
    switch container {
    case .wav:
      let bytes = frames?.multipliedReportingOverflow(by: channels * bytesPerSample)
      let fits = bytes.map { !$0.overflow && $0.partialValue < Self.sizeLimit } ?? false
      return Int32((fits ? SF_FORMAT_WAV : SF_FORMAT_RF64) | held)
    case .flac: return Int32(SF_FORMAT_FLAC | held)
    case .aiff: return Int32(SF_FORMAT_AIFF | held)
    case .ogg: return Int32(SF_FORMAT_OGG | SF_FORMAT_VORBIS)
    case .opus: return Int32(SF_FORMAT_OGG | SF_FORMAT_OPUS)
    case .mp3: return Int32(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
    case .aac, .alac, .stem: preconditionFailure("libsndfile writes no MP4")
    }
  }
}
