package import APCore
internal import CSndFile

/// A kind of sound file, and how it holds a sample.
package struct SoundFormat: Sendable, Hashable {
  /// A kind of sound file.
  package enum Container: String, Sendable, CaseIterable {
    case wav, flac, ogg, mp3

    /// Whether a file without a single frame has nothing that tells its format.
    var needsSound: Bool { self == .flac || self == .mp3 }
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

  /// - Parameter samples: nil: float for WAV, 24 bits for FLAC.
  /// - Throws: `usage` where the container does not hold such samples.
  package init(_ container: Container, samples: Samples?) throws(FilterError) {
    self.container = container
    switch container {
    case .wav: self.samples = samples ?? .float32
    case .flac:
      guard samples != .float32 else {
        throw FilterError(
          .usage, "FLAC cannot hold float samples.", advice: "Give --bits 16 or 24, or a WAV file.")
      }
      self.samples = samples ?? .int24
    case .ogg, .mp3:
      guard samples == nil else {
        throw FilterError(
          .usage, "--bits does not apply to \(container.rawValue).",
          advice: "Leave it out, or choose wav or flac.")
      }
      self.samples = nil
    }
  }

  /// Whether samples become integers, which have no room beyond full scale.
  var isInteger: Bool { samples == .int16 || samples == .int24 }

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
      case .wav: (nil, 1024)
      case .flac: (rate <= 655_350 ? nil : "1...655350", 8)
      case .ogg: ((8000...192_000).contains(rate) ? nil : "8000...192000", 8)
      case .mp3:
        (
          Self.mp3Rates.contains(rate)
            ? nil : Self.mp3Rates.map { "\($0)" }.joined(separator: ", "), 2
        )
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
  }

  private static let mp3Rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]

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
      let fits = bytes.map { !$0.overflow && $0.partialValue < Int(UInt32.max) - 65_536 } ?? false
      return Int32((fits ? SF_FORMAT_WAV : SF_FORMAT_RF64) | held)
    case .flac: return Int32(SF_FORMAT_FLAC | held)
    case .ogg: return Int32(SF_FORMAT_OGG | SF_FORMAT_VORBIS)
    case .mp3: return Int32(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
    }
  }
}
