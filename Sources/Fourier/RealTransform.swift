package import APCore
internal import CLibAV

/// A discrete Fourier transform of real signals of one size, both ways, neither normalised:
/// libavutil's `av_tx` with `AV_TX_FLOAT_RDFT`.
///
/// Its contexts hold scratch memory: an instance serves one thread at a time.
package final class RealTransform {
  /// The alignment in bytes that libavutil's widest kernels ask of both buffers.
  package static let alignment = 64

  private let size: Int
  private let forwardContext: Context
  private let inverseContext: Context

  /// - Parameter size: Samples in a transform.
  /// - Throws: `unavailable` for a size that libavutil does not offer.
  package init(size: Int) throws(FilterError) {
    self.size = size
    forwardContext = try Context(size: size, inverse: false)
    inverseContext = try Context(size: size, inverse: true)
  }

  /// Transforms `size` samples to `size / 2 + 1` complex values (real and imaginary part in turn).
  package func forward(
    _ signal: UnsafeMutablePointer<Float>, into spectrum: UnsafeMutablePointer<Float>
  ) {
    forwardContext.run(from: signal, into: spectrum)
    // libavutil leaves what stood there before.
    spectrum[1] = 0
    spectrum[size + 1] = 0
  }

  /// Transforms `size / 2 + 1` complex values, which it overwrites, to `size` samples.
  ///
  /// The imaginary parts of the first and the last value are ignored, as they are in the
  /// reference's `irfft`.
  package func inverse(
    _ spectrum: UnsafeMutablePointer<Float>, into signal: UnsafeMutablePointer<Float>
  ) {
    inverseContext.run(from: spectrum, into: signal)
  }

  private final class Context {
    private var context: OpaquePointer?
    private var function: av_tx_fn?

    init(size: Int, inverse: Bool) throws(FilterError) {
      var scale: Float = 1
      guard let length = Int32(exactly: size), length > 0, length.isMultiple(of: 2),
        av_tx_init(&context, &function, AV_TX_FLOAT_RDFT, inverse ? 1 : 0, length, &scale, 0) == 0
      else {
        throw FilterError(
          .unavailable, "libavutil offers no real Fourier transform of \(size) samples.")
      }
    }

    deinit {
      av_tx_uninit(&context)
    }

    func run(from input: UnsafeMutablePointer<Float>, into output: UnsafeMutablePointer<Float>) {
      function?(context, output, input, MemoryLayout<Float>.stride)
    }
  }
}
