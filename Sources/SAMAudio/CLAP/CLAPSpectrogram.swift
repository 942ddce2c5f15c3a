internal import APCore
internal import Checkpoints
internal import Fourier
internal import Glibc
import Tensors

/// The picture that HTSAT sees of 10 seconds of sound: a mel spectrogram in decibels, normalised band by band, stretched to
/// whole patches and folded into a square.
///
/// Reference: `LogmelFilterBank` in torchlibrosa's stft.py, and `HTSAT_Swin_Transformer.forward` and `reshape_wav2img` in
/// htsat.py.
final class CLAPSpectrogram {
  /// Samples a second.
  static let sampleRate = 48_000
  /// Samples of a sound.
  static let samples = 10 * sampleRate
  /// Rows and columns of the picture.
  static let side = 256
  /// Mel bands.
  static let bands = 64

  private static let size = 1024
  private static let hop = 480
  private static let frames = samples / hop + 1

  /// Columns of all strips of the picture.
  private static let columns = side / bands * side
  private static let stretch = CubicStretch(from: frames, to: columns)

  private let window: [Float]
  private let mel: Linear
  /// The batch norm of each band, as factor and summand.
  private let norm: Affine
  private let lanes: [FrameTransform]
  private let workers: Workers

  /// - Parameter weights: at `audio_branch`.
  init(_ weights: Weights, workers: Workers) throws {
    let bands = Self.bands
    self.workers = workers
    window = hannWindow(Self.size).map { Float($0) }
    lanes = try (0..<workers.threads).map { _ throws(FilterError) in
      try FrameTransform(size: Self.size, spectra: Tile.columns)
    }
    let bins = Self.size / 2 + 1
    let melW = try weights["logmel_extractor"].floats("melW", shape: [bins, bands])
    mel = Linear(
      Matrix(
        melW, rowOffsets: Array(0..<bands), columnOffsets: (0..<bins).map { $0 * bands },
        numerics: .float32))
    let bn0 = weights["bn0"]
    let (weight, bias) = try bn0.affine([bands])
    let mean = try bn0.floats("running_mean", shape: [bands])
    let variance = try bn0.floats("running_var", shape: [bands])
    guard variance.allSatisfy({ $0 >= 0 }) else {
      throw FilterError(
        .damagedCheckpoint,
        "The tensor \(bn0.path).running_var is damaged: a variance is negative.",
        advice: "Get the file again.")
    }
    let scale = (0..<bands).map { weight[$0] / (variance[$0] + 1e-5).squareRoot() }
    norm = (scale, (0..<bands).map { bias[$0] - mean[$0] * scale[$0] })
  }

  /// The picture, [256, 256].
  ///
  /// - Parameter sound: 480,000 samples.
  func callAsFunction(_ sound: [Float], probe: Probe? = nil) -> [Float] {
    precondition(sound.count == Self.samples, "sound must have 10 seconds")
    let decibels = logMel(sound)  // [64, T]
    probe?.show("logmel", decibels)
    var picture = [Float](repeating: 0, count: Self.side * Self.side)
    for band in 0..<Self.bands {
      let row = (0..<Self.frames).map { frame in
        decibels[frame / Tile.columns][band, frame % Tile.columns] * norm.weight[band]
          + norm.bias[band]
      }
      // Time in four strips, one below the other.
      for column in 0..<Self.columns {
        let (strip, place) = column.quotientAndRemainder(dividingBy: Self.side)
        picture[(strip * Self.bands + band) * Self.side + place] = Self.stretch(row, at: column)
      }
    }
    probe?.show("image", [Self.side, Self.side]) { picture }
    return picture
  }

  private func logMel(_ sound: [Float]) -> TokenPanels {
    let output = TokenPanels(channels: Self.bands, groups: 1, tokens: Self.frames)
    sound.withUnsafeBufferPointer { sound in
      guard let start = sound.baseAddress else { return }
      let signal = ReflectedSignal(start, count: sound.count, longestPadding: Self.size / 2)
      workers.run(output.count) { panel, scratch in
        let power = scratch.panel(mel.inputs)
        self.power(of: signal, panel: panel, count: output.valid(panel: panel), scratch, power)
        mel(power, into: output[panel], scratch)
        for band in 0..<Self.bands {
          for column in 0..<Tile.columns {
            output[panel][band, column] = 10 * log10(max(output[panel][band, column], 1e-10))
          }
        }
      }
    }
    return output
  }

  /// |X|² of the frames of a panel; zero for those that do not exist.
  private func power(
    of signal: ReflectedSignal, panel: Int, count: Int, _ scratch: Scratch, _ power: Panel
  ) {
    let lane = lanes[scratch.worker]
    for column in 0..<count {
      let start = (panel * Tile.columns + column) * Self.hop - Self.size / 2
      lane.forward(signal, from: start, window: window, into: column)
    }
    for bin in 0..<mel.inputs {
      for column in 0..<Tile.columns {
        let value = lane.spectrum(column) + 2 * bin
        power[bin, column] = column < count ? value[0] * value[0] + value[1] * value[1] : 0
      }
    }
  }
}

/// Bicubic interpolation of a row whose ends stay where they are (`interpolate(mode: "bicubic", align_corners: True)`).
private struct CubicStretch: Sendable {
  private let taps: [(place: Int, weights: [Float])]
  private let last: Int

  init(from count: Int, to columns: Int) {
    last = count - 1
    let step = Float(count - 1) / Float(columns - 1)
    taps = (0..<columns).map { column in
      let position = Float(column) * step
      let place = Int(position)
      let t = position - Float(place)
      return (place, [t + 1, t, 1 - t, 2 - t].map(Self.weight))
    }
  }

  /// The value at a column of the result.
  func callAsFunction(_ row: [Float], at column: Int) -> Float {
    let (place, weights) = taps[column]
    return weights.enumerated().reduce(0) { sum, tap in
      sum + tap.element * row[min(max(place - 1 + tap.offset, 0), last)]
    }
  }

  /// Keys' kernel with torch's A = −3/4, at a distance of at most 2.
  private static func weight(_ distance: Float) -> Float {
    let a: Float = -0.75
    return distance <= 1
      ? ((a + 2) * distance - (a + 3)) * distance * distance + 1
      : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
  }
}
