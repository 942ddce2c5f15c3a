internal import APCore
internal import Fourier

/// What one thread at a time does to a block of frames.
final class SpectrogramLane {
  private let transform: FrameTransform

  /// - Parameter frameLength: Samples of a frame.
  init(frameLength: Int) throws(FilterError) {
    transform = try FrameTransform(
      size: frameLength, spectra: Spectrogram.blockFrames + Spectrogram.framesBefore)
  }

  /// Transforms a block of frames and writes their columns of the two planes.
  func analyze(
    _ channel: ReflectedSignal, frames: Range<Int>, of plan: Spectrogram,
    real: UnsafeMutablePointer<Float>, imaginary: UnsafeMutablePointer<Float>, frequencyStride: Int
  ) {
    for (row, frame) in frames.enumerated() {
      transform.forward(
        channel, from: frame * plan.hop - plan.padding, window: plan.analysisWindow, into: row)
    }
    let (rows, rowStride) = (transform.spectrum(0), transform.stride)
    for frequency in 0..<plan.frequencies {
      let column = rows + 2 * frequency
      let real = real + frequency * frequencyStride + frames.lowerBound
      let imaginary = imaginary + frequency * frequencyStride + frames.lowerBound
      for row in 0..<frames.count {
        real[row] = column[row &* rowStride]
        imaginary[row] = column[row &* rowStride &+ 1]
      }
    }
  }

  /// Adds hops of the padded signal, each the sum of the four frames that touch it in their order.
  func synthesize(
    real: UnsafePointer<Float>, imaginary: UnsafePointer<Float>, frequencyStride: Int, scale: Float,
    offset: Float, hops: Range<Int>, of plan: Spectrogram,
    addingTo output: UnsafeMutablePointer<Float>
  ) {
    let (rows, rowStride) = (transform.spectrum(0), transform.stride)
    let frames =
      max(0, hops.lowerBound - Spectrogram.framesBefore)..<min(hops.upperBound, plan.frames)
    for frequency in 0..<plan.frequencies {
      let column = rows + 2 * frequency
      let real = real + frequency * frequencyStride + frames.lowerBound
      let imaginary = imaginary + frequency * frequencyStride + frames.lowerBound
      for row in 0..<frames.count {
        column[row &* rowStride] = real[row] * scale + offset
        column[row &* rowStride &+ 1] = imaginary[row] * scale + offset
      }
    }
    for (row, frame) in frames.enumerated() {
      let spectrum = transform.spectrum(row)
      // The dropped top frequency is zero, whatever the transform left there last time.
      spectrum[plan.frameLength] = 0
      spectrum[plan.frameLength + 1] = 0
      transform.inverse(row)
      add(frame: frame, hops: hops, of: plan, to: output)
    }
  }

  /// Adds the frame that was transformed last where it lies within both the hops and the output.
  private func add(
    frame: Int, hops: Range<Int>, of plan: Spectrogram, to output: UnsafeMutablePointer<Float>
  ) {
    let touched = (frame..<frame + Spectrogram.framesBefore + 1).clamped(to: hops)
    let start = frame * plan.hop - plan.padding
    let lower = max(0, touched.lowerBound * plan.hop - plan.padding)
    let upper = min(plan.length, touched.upperBound * plan.hop - plan.padding)
    guard lower < upper else { return }
    let signal = transform.signal.base
    plan.synthesisWindow.withUnsafeBufferPointer { window in
      for position in lower..<upper {
        output[position] += signal[position &- start] * window[position &- start]
      }
    }
  }
}
