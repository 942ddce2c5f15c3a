import Glibc

/// The reference's `_spec` and `_ispec` word for word: every padding is copied, every transform is
/// a sum over its definition in double precision. The slow twin of `Spectrogram`.
struct ReferenceSpectrogram {
  let frameLength: Int
  var hop: Int { frameLength / 4 }

  /// `pad1d(x, (left, right), mode="reflect")`.
  func padded(_ signal: [Double], left: Int, right: Int) -> [Double] {
    var (signal, left, right) = (signal, left, right)
    let longest = max(left, right)
    if signal.count <= longest {
      let extra = longest - signal.count + 1
      let extraRight = min(right, extra)
      let extraLeft = extra - extraRight
      (left, right) = (left - extraLeft, right - extraRight)
      signal =
        [Double](repeating: 0, count: extraLeft) + signal
        + [Double](repeating: 0, count: extraRight)
    }
    let last = signal.count - 1
    return (0..<left).map { signal[left - $0] } + signal + (0..<right).map { signal[last - 1 - $0] }
  }

  var window: [Double] {
    (0..<frameLength).map { 0.5 * (1 - cos(2 * .pi * Double($0) / Double(frameLength))) }
  }

  /// `[2, frequencies, frames]` of one channel.
  func forward(_ signal: [Double]) -> [Double] {
    let kept = (signal.count + hop - 1) / hop
    let pad = hop / 2 * 3
    let repadded = padded(signal, left: pad, right: pad + kept * hop - signal.count)
    let centred = padded(repadded, left: frameLength / 2, right: frameLength / 2)
    let window = self.window
    let frequencies = frameLength / 2
    var spectrum = [Double](repeating: 0, count: 2 * frequencies * kept)
    for frame in 0..<kept {
      for frequency in 0..<frequencies {
        var (real, imaginary) = (0.0, 0.0)
        for index in 0..<frameLength {
          let value = centred[(frame + 2) * hop + index] * window[index]
          let angle = -2 * Double.pi * Double(index * frequency) / Double(frameLength)
          real += value * cos(angle)
          imaginary += value * sin(angle)
        }
        spectrum[frequency * kept + frame] = real / Double(frameLength).squareRoot()
        spectrum[(frequencies + frequency) * kept + frame] =
          imaginary / Double(frameLength).squareRoot()
      }
    }
    return spectrum
  }

  /// One channel of `length` samples from `[2, frequencies, frames]`.
  func inverse(_ spectrum: [Double], length: Int) -> [Double] {
    let frequencies = frameLength / 2
    let kept = (length + hop - 1) / hop
    let frames = kept + 4
    let window = self.window
    let total = (frames - 1) * hop + frameLength
    var sum = [Double](repeating: 0, count: total)
    var envelope = [Double](repeating: 0, count: total)
    for frame in 0..<frames {
      let source = frame - 2
      for index in 0..<frameLength {
        envelope[frame * hop + index] += window[index] * window[index]
        guard 0..<kept ~= source else { continue }
        var value = spectrum[source]
        for frequency in 1..<frequencies {
          let angle = 2 * Double.pi * Double(index * frequency) / Double(frameLength)
          value +=
            2
            * (spectrum[frequency * kept + source] * cos(angle)
              - spectrum[(frequencies + frequency) * kept + source] * sin(angle))
        }
        sum[frame * hop + index] += value / Double(frameLength).squareRoot() * window[index]
      }
    }
    let start = frameLength / 2 + hop / 2 * 3
    return (start..<start + length).map { sum[$0] / envelope[$0] }
  }
}
