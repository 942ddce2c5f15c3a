internal import APCore
internal import Resampling

/// Takes one track's audio records and gives its samples to a sink, without gaps.
final class TrackEncoder {
  let sink: any SoundSink
  private let channels: Int
  private let resampler: Resampler?
  private var converter: SampleConverter
  /// The input frame that comes next.
  private(set) var position = 0
  /// Samples that wait for the gain of the whole track; nil where nothing waits.
  private let waiting: SampleQueue?
  /// The loudest of them.
  private(set) var peak: Float = 0
  private var resampled: [Float] = []
  /// Frames of the input that are worked on at once: a record can have many more, and libvorbis
  /// keeps on its stack what it gets in one call.
  private let inputFrames: Int

  private static let blockFrames = 16_384

  /// - Parameter waits: whether samples wait for ``release(gain:)``.
  init(
    _ sink: any SoundSink, converter: SampleConverter, channels: Int, resampler: Resampler?,
    waits: Bool
  ) {
    self.sink = sink
    self.converter = converter
    self.channels = channels
    self.resampler = resampler
    inputFrames =
      resampler.map { min(Self.blockFrames, max(1, Self.blockFrames * $0.inRate / $0.outRate)) }
      ?? Self.blockFrames
    waiting = waits ? SampleQueue() : nil
  }

  /// Samples that did not fit the file's format.
  var clipped: Int { converter.clipped }

  /// Takes a record's samples; what lies between the last record and this one is silence.
  func take(_ samples: [Float], at offset: Int) throws(FilterError) {
    try fill(upTo: offset)
    let block = inputFrames * channels
    for start in stride(from: 0, to: samples.count, by: block) {
      let end = min(start + block, samples.count)
      try push(samples.span.extracting(start..<end))
    }
    position = offset + samples.count / channels
  }

  /// Ends the track at input frame `length`.
  func finish(length: Int) throws(FilterError) {
    try fill(upTo: length)
    guard let resampler else { return }
    resampled.removeAll(keepingCapacity: true)
    resampler.finish(into: &resampled)
    let rest = resampled
    try emit(rest.span)
  }

  /// Gives what waited to the sink, each sample times `gain`.
  func release(gain: Float) throws(FilterError) {
    guard let waiting else { return }
    converter.gain = gain
    var block: [Float] = []
    while waiting.count > 0 {
      try waiting.take(min(Self.blockFrames * channels, waiting.count), into: &block)
      try convert(block.span)
    }
  }

  private func fill(upTo end: Int) throws(FilterError) {
    guard position < end else { return }
    let silence = [Float](repeating: 0, count: min(end - position, inputFrames) * channels)
    while position < end {
      let frames = min(end - position, inputFrames)
      try push(silence.span.extracting(first: frames * channels))
      position += frames
    }
  }

  private func push(_ samples: Span<Float>) throws(FilterError) {
    guard let resampler else { return try emit(samples) }
    resampled.removeAll(keepingCapacity: true)
    resampler.push(samples, into: &resampled)
    let ready = resampled
    try emit(ready.span)
  }

  private func emit(_ samples: Span<Float>) throws(FilterError) {
    guard let waiting else { return try convert(samples) }
    for index in samples.indices { peak = max(peak, abs(samples[index])) }
    try waiting.append(samples)
  }

  private func convert(_ samples: Span<Float>) throws(FilterError) {
    try converter.write(samples, to: sink)
  }
}
