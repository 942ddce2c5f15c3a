internal import APCore
internal import Fourier

/// Combines value by value of the spectrum: frames of 2048 samples that overlap by three quarters, with a Hann window
/// before and after.
final class SpectralCombiner: Combiner {
  static let frameLength = 2_048
  static let hop = frameLength / 4
  /// The sum of the squares of the four windows over a sample.
  private static let windowSum: Float = 1.5

  private let statistic: Statistic
  private let streams: Int
  private let channels: Int
  private let window: [Float]
  private let transform: RealTransform
  private let signal = AlignedFloats(count: frameLength)
  private let spectra: [AlignedFloats]
  /// Samples that are not in all of their frames yet: `[streams × channels]` rows.
  private var pending: [[Float]] = []
  /// Sums of the frames so far, a row a channel, from the first sample that is not settled.
  private var sums: [[Float]] = []
  /// Where the sums begin in the track, and where the sound begins and ends that has come since the last gap.
  private var position = 0
  private var start = 0
  private var end = 0

  /// - Throws: `unavailable` where libavutil does not offer the transform.
  init(_ statistic: Statistic, streams: Int, channels: Int) throws(FilterError) {
    self.statistic = statistic
    self.streams = streams
    self.channels = channels
    window = hannWindow(Self.frameLength).map(Float.init)
    transform = try RealTransform(size: Self.frameLength)
    spectra = (0..<streams).map { _ in AlignedFloats(count: Self.frameLength + 2) }
    begin(at: 0)
  }

  func add(
    _ block: AlignedTracks.Block, _ emit: (Int, Span<Float>) throws(FilterError) -> Void
  ) throws(FilterError) {
    if block.start != end {
      try finish(emit)
      begin(at: block.start)
    }
    for stream in 0..<streams {
      for channel in 0..<channels {
        let row = stream * channels + channel
        if let samples = block.samples[stream] {
          for frame in 0..<block.frames {
            pending[row].append(samples[frame * channels + channel])
          }
        } else {
          pending[row].append(contentsOf: repeatElement(0, count: block.frames))
        }
      }
    }
    end += block.frames
    try drain(emit)
  }

  func finish(_ emit: (Int, Span<Float>) throws(FilterError) -> Void) throws(FilterError) {
    guard end > start else { return }
    // Silence after the end, until every sample is in all of its frames.
    let rest = end - position + Self.frameLength
    for row in pending.indices {
      pending[row].append(contentsOf: repeatElement(0, count: max(0, rest - pending[row].count)))
    }
    try drain(emit)
    begin(at: end)
  }

  private func begin(at frame: Int) {
    start = frame
    end = frame
    let lead = Self.frameLength - Self.hop
    position = frame - lead
    pending = Array(repeating: [Float](repeating: 0, count: lead), count: streams * channels)
    sums = Array(repeating: [Float](repeating: 0, count: Self.frameLength), count: channels)
  }

  private func drain(_ emit: (Int, Span<Float>) throws(FilterError) -> Void) throws(FilterError) {
    var used = 0
    var settled: [Float] = []
    let first = max(position, start)
    while pending[0].count - used >= Self.frameLength {
      for channel in 0..<channels { addFrame(of: channel, from: used) }
      // Lead and silence at the ends are not the track's.
      for index in 0..<Self.hop where (start..<end).contains(position + index) {
        for channel in 0..<channels { settled.append(sums[channel][index]) }
      }
      for channel in 0..<channels {
        sums[channel].removeFirst(Self.hop)
        sums[channel].append(contentsOf: repeatElement(0, count: Self.hop))
      }
      position += Self.hop
      used += Self.hop
    }
    for row in pending.indices { pending[row].removeFirst(used) }
    if !settled.isEmpty { try emit(first, settled.span) }
  }

  /// Adds the frame that begins at a place of what is pending.
  private func addFrame(of channel: Int, from place: Int) {
    for stream in 0..<streams {
      let row = stream * channels + channel
      for index in 0..<Self.frameLength {
        signal.base[index] = pending[row][place + index] * window[index]
      }
      transform.forward(signal.base, into: spectra[stream].base)
    }
    var values = [SpectralValue](
      repeating: SpectralValue(real: 0, imaginary: 0), count: streams)
    for bin in 0...Self.frameLength / 2 {
      for stream in 0..<streams {
        let spectrum = spectra[stream].base
        values[stream] = SpectralValue(
          real: spectrum[2 * bin], imaginary: spectrum[2 * bin + 1])
      }
      let combined = statistic.combine(&values)
      spectra[0].base[2 * bin] = combined.real
      spectra[0].base[2 * bin + 1] = combined.imaginary
    }
    transform.inverse(spectra[0].base, into: signal.base)
    let scale = 1 / (Self.windowSum * Float(Self.frameLength))
    for index in 0..<Self.frameLength {
      sums[channel][index] += signal.base[index] * window[index] * scale
    }
  }
}
