internal import APCore
internal import Fourier
internal import Tensors

/// The spectrogram of HTDemucs and its inverse, planned once for one segment length
/// (`_spec`, `_magnitude`, `_mask` and `_ispec` in the reference's `htdemucs.py`).
///
/// The reference pads, transforms with centred frames and cuts two frames at each side. What is
/// left is plain: frame t covers the samples from `t·hop − 3/2·hop` on, reflected at the ends, and
/// on the way back each sample is covered by four frames whose squared Hann windows sum to 3/2.
/// A spectrum is `[2·channels, frequencies, frames]`, frames contiguous, in memory as a `Layout` says;
/// channel `2c` holds the real and `2c + 1` the imaginary parts of audio channel `c`. The top
/// frequency is dropped.
final class Spectrogram {
  /// Samples of a channel.
  let length: Int
  /// Samples of a frame.
  let frameLength: Int
  /// Samples from one frame to the next.
  let hop: Int
  /// Rows of a spectrum.
  let frequencies: Int
  /// Columns of a spectrum.
  let frames: Int

  /// Where the rows of a spectrum lie.
  struct Layout {
    /// Floats from a channel to the next.
    var channelStride: Int
    /// Floats from a frequency to the next.
    var frequencyStride: Int
  }

  /// Frames a task transforms before it writes them: two cache lines of each row of the spectrum, since the rows lie
  /// far apart, and memory is slow to find them.
  static let blockFrames = 32
  /// How many frames besides its own touch a hop of the signal.
  static let framesBefore = 3

  let padding: Int
  let analysisWindow: [Float]
  let synthesisWindow: [Float]
  private let workers: Workers
  /// One a thread.
  private let lanes: [SpectrogramLane]

  /// - Parameters:
  ///   - length: Samples of a channel, at least 1.
  ///   - frameLength: Samples of a frame, a multiple of 8; the hop is a quarter of it.
  ///   - workers: The threads that share the work.
  /// - Throws: `unavailable` for a frame length that libavutil does not offer.
  init(length: Int, frameLength: Int = 4096, workers: Workers) throws(FilterError) {
    precondition(length > 0, "length must be positive")
    precondition(frameLength > 0 && frameLength.isMultiple(of: 8), "frameLength: a multiple of 8")
    self.length = length
    self.frameLength = frameLength
    self.workers = workers
    hop = frameLength / 4
    padding = hop / 2 * 3
    frequencies = frameLength / 2
    frames = (length + hop - 1) / hop

    let hann = hannWindow(frameLength)
    let root = Double(frameLength).squareRoot()
    analysisWindow = hann.map { Float($0 / root) }
    // The transform's factor frameLength, the normalisation's 1/√frameLength, and the overlap's 3/2.
    synthesisWindow = hann.map { Float($0 / root / 1.5) }
    lanes = try (0..<workers.threads).map { _ throws(FilterError) in
      try SpectrogramLane(frameLength: frameLength)
    }
  }

  /// Computes the spectrum of each channel.
  ///
  /// - Parameters:
  ///   - signal: `[channels, length]`.
  ///   - channels: Audio channels.
  ///   - spectrum: `[2·channels, frequencies, frames]`, overwritten.
  ///   - layout: where its rows lie.
  func forward(
    _ signal: UnsafePointer<Float>, channels: Int, into spectrum: UnsafeMutablePointer<Float>,
    layout: Layout
  ) {
    let blocks = (frames + Self.blockFrames - 1) / Self.blockFrames
    // No two tasks write the same value, so which lane runs one does not show in the result.
    workers.run(channels * blocks) { task, scratch in
      let channel = task / blocks
      let first = task % blocks * Self.blockFrames
      let reflected = ReflectedSignal(
        signal + channel * length, count: length,
        longestPadding: padding + frames * hop - length)
      lanes[scratch.worker].analyze(
        reflected, frames: first..<min(first + Self.blockFrames, frames), of: self,
        real: spectrum + 2 * channel * layout.channelStride,
        imaginary: spectrum + (2 * channel + 1) * layout.channelStride,
        frequencyStride: layout.frequencyStride)
    }
  }

  /// Adds the signal of a spectrum to what `signal` holds.
  ///
  /// - Parameters:
  ///   - spectrum: `[2·channels, frequencies, frames]`.
  ///   - layout: where its rows lie.
  ///   - channels: Audio channels (of all sources together).
  ///   - scale: Multiplies each coefficient first.
  ///   - offset: Is added to each scaled coefficient, real and imaginary.
  ///   - signal: `[channels, length]`.
  func inverse(
    _ spectrum: UnsafePointer<Float>, layout: Layout, channels: Int, scale: Float = 1,
    offset: Float = 0, addingTo signal: UnsafeMutablePointer<Float>
  ) {
    let hops = frames + Self.framesBefore
    let blocks = (hops + Self.blockFrames - 1) / Self.blockFrames
    workers.run(channels * blocks) { task, scratch in
      let channel = task / blocks
      let first = task % blocks * Self.blockFrames
      lanes[scratch.worker].synthesize(
        real: spectrum + 2 * channel * layout.channelStride,
        imaginary: spectrum + (2 * channel + 1) * layout.channelStride,
        frequencyStride: layout.frequencyStride, scale: scale, offset: offset,
        hops: first..<min(first + Self.blockFrames, hops), of: self,
        addingTo: signal + channel * length)
    }
  }
}
