internal import APCore
internal import Fourier

/// Measures how strong a stretch of sound is in each row of a spectrogram.
final class SpectrumAnalyzer {
  /// Frames of a stretch: about a tenth of a second.
  let length: Int
  private let scale: FrequencyScale
  private let transform: RealTransform
  private let window: [Float]
  private let signal: AlignedFloats
  private let spectrum: AlignedFloats
  /// The bins that reach into each row.
  private let bins: [Range<Int>]
  /// The part of each such bin that lies in its row, row by row.
  private let parts: [Float]

  /// - Throws: `unavailable` where libavutil has no transform of that length.
  init(rate: Int, scale: FrequencyScale) throws(FilterError) {
    var length = 64
    while length * 2 <= min(rate / 10, 8192) { length *= 2 }
    self.length = length
    self.scale = scale
    transform = try RealTransform(size: length)
    signal = AlignedFloats(count: length)
    spectrum = AlignedFloats(count: length + 2)
    let hann = hannWindow(length)
    // Parseval: so the bins of a sine of amplitude 1 add up to 1.
    let norm = (4 / (Double(length) * hann.reduce(0) { $0 + $1 * $1 })).squareRoot()
    window = hann.map { Float($0 * norm) }

    // Bin k stands for the frequencies around it, from k − 1/2 to k + 1/2.
    let binWidth = Double(rate) / Double(length)
    var bins: [Range<Int>] = []
    var parts: [Float] = []
    for row in 0..<scale.rows {
      let lower = scale.edge(row) / binWidth + 0.5
      let upper = scale.edge(row + 1) / binWidth + 0.5
      let range = Int(lower)..<min(length / 2 + 1, Int(upper.rounded(.up)))
      bins.append(range)
      parts += range.map { Float(min(upper, Double($0 + 1)) - max(lower, Double($0))) }
    }
    self.bins = bins
    self.parts = parts
  }

  /// The power in each row, the mean over the channels: [rows].
  ///
  /// - Parameters:
  ///   - samples: interleaved.
  ///   - start: the frame in `samples` that the stretch begins with.
  func powers(of samples: [Float], from start: Int, channels: Int) -> [Float] {
    let (signal, spectrum) = (self.signal.base, self.spectrum.base)
    var powers = [Float](repeating: 0, count: scale.rows)
    for channel in 0..<channels {
      for index in 0..<length {
        signal[index] = samples[(start + index) * channels + channel] * window[index]
      }
      transform.forward(signal, into: spectrum)
      var next = 0
      for row in 0..<scale.rows {
        for bin in bins[row] {
          let real = spectrum[2 * bin]
          let imaginary = spectrum[2 * bin + 1]
          powers[row] += (real * real + imaginary * imaginary) * parts[next] / Float(channels)
          next += 1
        }
      }
    }
    return powers
  }
}
