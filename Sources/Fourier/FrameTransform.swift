package import APCore

/// A real transform, and the memory that one thread at a time uses for a frame and some spectra.
package final class FrameTransform {
  /// A frame's samples.
  package let signal: AlignedFloats
  /// Floats from a spectrum to the next: aligned, and no power of two, so that the rows of a block do not fall on the
  /// same cache sets.
  package let stride: Int

  private let size: Int
  private let transform: RealTransform
  private let spectra: AlignedFloats

  /// - Parameters:
  ///   - size: samples of a frame.
  ///   - spectra: how many there is room for.
  /// - Throws: `unavailable` for a size that libavutil does not offer.
  package init(size: Int, spectra count: Int) throws(FilterError) {
    self.size = size
    transform = try RealTransform(size: size)
    let line = RealTransform.alignment / MemoryLayout<Float>.stride
    stride = (size + 2 + line - 1) / line * line + line
    signal = AlignedFloats(count: size)
    spectra = AlignedFloats(count: count * stride)
  }

  /// A spectrum's `size / 2 + 1` complex values.
  package func spectrum(_ index: Int) -> UnsafeMutablePointer<Float> {
    spectra.base + index * stride
  }

  /// Transforms the samples of a channel from `start` on, each times its weight, into a spectrum.
  package func forward(
    _ channel: ReflectedSignal, from start: Int, window: [Float], into index: Int
  ) {
    window.withUnsafeBufferPointer { window in
      guard let window = window.baseAddress else { return }
      channel.copy(from: start, times: window, count: size, into: signal.base)
    }
    transform.forward(signal.base, into: spectrum(index))
  }

  /// Transforms a spectrum, which it overwrites, into `signal`.
  package func inverse(_ index: Int) {
    transform.inverse(spectrum(index), into: signal.base)
  }
}
