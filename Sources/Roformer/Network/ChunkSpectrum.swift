internal import APCore
internal import Fourier
import Tensors

/// The spectrogram of a chunk and its inverse, planned once: `torch.stft` and `torch.istft` with a periodic Hann
/// window, centred frames, reflected ends, and no normalisation.
///
/// The signal comes back as long as it was. A Mel-Band RoFormer without `match_input_audio_length` ends with the last
/// whole hop instead, which the reference's own cutting of tracks cannot use where the hop does not divide a chunk.
///
/// A spectrum is tokens of one group: a token is a spectrum, and its channels are (frequency, audio channel, real or
/// imaginary part), the order in which bands are cut out of it.
final class ChunkSpectrum {
  /// Samples of a channel.
  private let length: Int
  private let channels: Int
  private let size: Int
  private let hop: Int
  /// Spectra.
  let count: Int
  private var bins: Int { size / 2 + 1 }
  private var half: Int { size / 2 }

  private let window: [Float]
  /// The window with the transform's factor.
  private let synthesisWindow: [Float]
  /// What overlapping windows add up to at each sample; the hop need not divide the window.
  private let envelope: [Float]
  private let workers: Workers
  /// One a thread.
  private let lanes: [FrameTransform]

  /// - Parameters:
  ///   - length: samples of a channel, more than half of `size`.
  ///   - hop: at most half of `size`, so that each sample is covered.
  /// - Throws: `unavailable` for a size that libavutil does not offer.
  init(length: Int, channels: Int, size: Int, hop: Int, workers: Workers) throws(FilterError) {
    precondition(length > size / 2, "length must be more than what is reflected")
    precondition(hop <= size / 2, "hop must be at most half of the size")
    self.length = length
    self.channels = channels
    self.size = size
    self.hop = hop
    self.workers = workers
    let count = length / hop + 1
    self.count = count
    let hann = hannWindow(size)
    let window = hann.map { Float($0) }
    self.window = window
    synthesisWindow = hann.map { Float($0 / Double(size)) }
    var envelope = [Float](repeating: 0, count: length)
    for frame in 0..<count {
      let start = frame * hop - size / 2
      for index in max(0, start)..<min(length, start + size) {
        envelope[index] += window[index - start] * window[index - start]
      }
    }
    self.envelope = envelope
    lanes = try (0..<workers.threads).map { _ throws(FilterError) in
      try FrameTransform(size: size, spectra: Tile.columns)
    }
  }

  /// Computes the spectra of all channels.
  ///
  /// - Parameters:
  ///   - signal: [channels, length].
  ///   - spectrum: [F · channels · 2, T], overwritten.
  func forward(_ signal: UnsafePointer<Float>, into spectrum: TokenPanels) {
    workers.run(channels * spectrum.count) { job, scratch in
      let (channel, panel) = job.quotientAndRemainder(dividingBy: spectrum.count)
      let (lane, valid) = (lanes[scratch.worker], spectrum.valid(panel: panel))
      let reflected = ReflectedSignal(
        signal + channel * length, count: length, longestPadding: half)
      for column in 0..<valid {
        let start = (panel * Tile.columns + column) * hop - half
        lane.forward(reflected, from: start, window: window, into: column)
      }
      for bin in 0..<bins {
        for part in 0..<2 {
          let target = row(spectrum, panel, bin, channel, part)
          let source = lane.spectrum(0) + 2 * bin + part
          for column in 0..<valid { target[column] = source[column * lane.stride] }
          for column in valid..<Tile.columns { target[column] = 0 }
        }
      }
    }
  }

  /// Computes the signal of spectra.
  ///
  /// - Parameter signal: [channels, length], overwritten.
  func inverse(_ spectrum: TokenPanels, into signal: UnsafeMutablePointer<Float>) {
    workers.run(channels * spectrum.count) { job, scratch in
      let (channel, block) = job.quotientAndRemainder(dividingBy: spectrum.count)
      let samples = Tile.columns * hop
      synthesize(
        block * samples..<min((block + 1) * samples, length), channel, of: spectrum,
        lanes[scratch.worker], into: signal + channel * length)
    }
  }

  /// The samples of a range, each the sum of the frames that touch it in their order.
  private func synthesize(
    _ range: Range<Int>, _ channel: Int, of spectrum: TokenPanels, _ lane: FrameTransform,
    into output: UnsafeMutablePointer<Float>
  ) {
    for index in range { output[index] = 0 }
    let first = max(0, (range.lowerBound - half + hop) / hop)
    let last = min(count - 1, (range.upperBound - 1 + half) / hop)
    for frame in first..<max(first, last + 1) {
      let (panel, column) = frame.quotientAndRemainder(dividingBy: Tile.columns)
      let values = lane.spectrum(0)
      for bin in 0..<bins {
        values[2 * bin] = row(spectrum, panel, bin, channel, 0)[column]
        values[2 * bin + 1] = row(spectrum, panel, bin, channel, 1)[column]
      }
      lane.inverse(0)
      let start = frame * hop - half
      let touched = (start..<start + size).clamped(to: range)
      synthesisWindow.withUnsafeBufferPointer { window in
        for index in touched {
          output[index] += lane.signal.base[index - start] * window[index - start]
        }
      }
    }
    envelope.withUnsafeBufferPointer { for index in range { output[index] /= $0[index] } }
  }

  private func row(
    _ spectrum: TokenPanels, _ panel: Int, _ bin: Int, _ channel: Int, _ part: Int
  ) -> MutableFloats {
    spectrum.panel(panel) + ((bin * channels + channel) * 2 + part) * Tile.columns
  }
}
