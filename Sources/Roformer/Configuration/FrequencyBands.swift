internal import Glibc

/// The bands into which a network cuts the spectrum: ranges of frequency bins, in their order.
///
/// Those of BS-RoFormer lie side by side; those of Mel-Band RoFormer overlap.
enum FrequencyBands {
  /// 62 bands of 1,025 bins: the widths that the reference takes where the arguments name none.
  static let defaultWidths: [Int] = [
    (24, 2), (12, 4), (8, 12), (8, 24), (8, 48), (1, 128), (1, 129),
  ].flatMap { Array(repeating: $1, count: $0) }

  /// Bands of these widths, side by side.
  static func adjoining(_ widths: [Int]) -> [Range<Int>] {
    var end = 0
    return widths.map { width in
      end += width
      return end - width..<end
    }
  }

  /// The bins that each triangle of a mel filter bank reaches, with the first bin in the first band and the last in
  /// the last: `librosa.filters.mel` on Slaney's scale is greater than 0 there.
  ///
  /// - Returns: nil where a band has no bin, or a bin no band.
  static func mel(_ count: Int, sampleRate: Int, fftSize: Int) -> [Range<Int>]? {
    let top = mel(ofHertz: Double(sampleRate) / 2)
    let edges = (0..<count + 2).map { hertz(ofMel: Double($0) * (top / Double(count + 1))) }
    let bins = fftSize / 2 + 1
    var bands: [Range<Int>] = []
    for band in 0..<count {
      let inside = (0..<bins).filter { bin in
        let frequency = Double(bin) * Double(sampleRate) / Double(fftSize)
        let rising = (frequency - edges[band]) / (edges[band + 1] - edges[band])
        let falling = (edges[band + 2] - frequency) / (edges[band + 2] - edges[band + 1])
        return Float(min(rising, falling)) > 0
      }
      let first = band == 0 ? 0 : inside.first
      let last = band == count - 1 ? bins - 1 : inside.last
      guard let first, let last, first <= last else { return nil }
      bands.append(first..<last + 1)
    }
    return Set(bands.joined()).count == bins ? bands : nil
  }

  // Slaney's Auditory Toolbox (1998): linear up to 1,000 Hz, logarithmic above.
  private static let hertzPerMel = 200.0 / 3
  private static let (bendHertz, bendMel) = (1000.0, 15.0)
  private static let logStep = log(6.4) / 27

  private static func mel(ofHertz hertz: Double) -> Double {
    hertz < bendHertz ? hertz / hertzPerMel : bendMel + log(hertz / bendHertz) / logStep
  }

  private static func hertz(ofMel mel: Double) -> Double {
    mel < bendMel ? mel * hertzPerMel : bendHertz * exp(logStep * (mel - bendMel))
  }
}
