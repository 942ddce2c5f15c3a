/// One channel as a centred spectrogram sees it: reflected at both ends without repeating
/// the edge sample, by index, so that nothing is copied (`torch.stft`; `pad1d` in demucs' `hdemucs.py`).
package struct ReflectedSignal {
  private let samples: UnsafePointer<Float>
  private let count: Int
  /// The length that is reflected: a signal shorter than its padding first gets zeros at its end.
  private let reflectedCount: Int

  /// - Parameters:
  ///   - samples: The channel, `count` samples.
  ///   - longestPadding: The larger of the two paddings, in samples.
  package init(_ samples: UnsafePointer<Float>, count: Int, longestPadding: Int) {
    self.samples = samples
    self.count = count
    reflectedCount = max(count, longestPadding + 1)
  }

  /// Writes the samples from `start` on (which may lie before the signal), each times its weight.
  package func copy(
    from start: Int, times weights: UnsafePointer<Float>, count length: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    guard start < 0 || start + length > count else {
      for index in 0..<length {
        output[index] = samples[start + index] * weights[index]
      }
      return
    }
    for index in 0..<length {
      output[index] = self[start + index] * weights[index]
    }
  }

  private subscript(position: Int) -> Float {
    var index = position < 0 ? -position : position
    if index >= reflectedCount { index = 2 * (reflectedCount - 1) - index }
    return index < count ? samples[index] : 0
  }
}
