internal import APCore
internal import CLibAV

/// Gives the sound of a file as it is to be heard: the parts that an edit list names, in its order.
final class HeardDecoder {
  private var decoder: StreamDecoder
  private let makeDecoder: () throws(FilterError) -> StreamDecoder
  /// What is still to be given; nil: all there is.
  private var parts: ArraySlice<HeardParts.Part>?
  private let timescale: Int64

  /// What the decoder gave last; nil before the first.
  private var current: StreamDecoder.Output?
  /// Samples in the current frame.
  private var count = 0
  /// The place in the track where the current output, with the silence before it, starts, in samples.
  private var position = 0
  /// The place of the part's next sample; nil before its first.
  private var wanted: Int?
  /// Samples of silence to give before the next sound.
  private var silence = 0
  private var rate: Int64 = 0
  private var earlierDamages = 0
  private var earlierCutEnd: CutEnd?

  init(_ file: InputFile, _ options: DecodingOptions) throws(FilterError) {
    makeDecoder = { () throws(FilterError) in try StreamDecoder(file, options) }
    decoder = try makeDecoder()
    parts = decoder.heard?.parts[...]
    timescale = decoder.heard?.timescale ?? 1
  }

  var demuxer: Demuxer { decoder.demuxer }

  /// Times at which the clock of an Ogg file jumped though nothing was lost, so far.
  var jumps: Int { decoder.jumps }

  /// Bytes after the sound that are neither padding nor a tag that is known; see `StreamDecoder`.
  func unknownTail() throws(FilterError) -> Int { try decoder.unknownTail() }

  /// Whether samples are there as they are, not coded.
  var hasPlainSamples: Bool { decoder.hasPlainSamples }

  /// What the container says of the audio.
  var declared: (rate: Int, channels: Int) { decoder.declared }

  /// Places where the file is damaged.
  var damages: Int { max(earlierDamages, decoder.damages) }

  /// What the file lacks at its end, where it was read so far; nil where it is whole.
  var cutEnd: CutEnd? { decoder.cutEnd ?? earlierCutEnd }

  /// Decodes on; see `StreamDecoder.read`.
  func read() throws(FilterError) -> StreamDecoder.Output {
    guard parts != nil else { return try decoder.read() }
    if current == nil { try advance() }
    while let part = parts?.first {
      switch part {
      case .silence(let ticks):
        silence += samples(ticks)
        parts?.removeFirst()
      case .sound(let range):
        if let output = try read(
          from: samples(range.lowerBound),
          to: range.upperBound == .max ? .max : samples(range.upperBound))
        {
          return output
        }
        parts?.removeFirst()
        wanted = nil
      }
    }
    // Nobody misses silence at the very end.
    return StreamDecoder.Output(frame: nil)
  }

  /// The next piece of a part; nil at its end.
  private func read(from start: Int, to end: Int) throws(FilterError) -> StreamDecoder.Output? {
    let next = wanted ?? start
    if next < position { try restart() }
    while let output = current, let frame = output.frame {
      let frameStart = position + output.lost
      if next < frameStart + count, next < end {
        // In pieces, because an edit may be long.
        let gap = min(silence, 65_536)
        silence -= gap
        if silence > 0 {
          frame.pointee.nb_samples = 0
          return StreamDecoder.Output(frame: frame, lost: gap)
        }
        let stop = max(frameStart, min(end, frameStart + count))
        wanted = stop
        frame.pointee.nb_samples = Int32(stop - frameStart)
        return StreamDecoder.Output(
          frame: frame, lost: gap + max(0, min(frameStart, end) - next),
          delay: max(0, next - frameStart))
      }
      guard next < end else { return nil }
      try advance()
    }
    return nil
  }

  private func advance() throws(FilterError) {
    position += (current?.lost ?? 0) + count
    let output = try decoder.read()
    current = output
    count = output.frame.map { Int($0.pointee.nb_samples) } ?? 0
    if rate == 0 {
      rate = output.frame.map { Int64($0.pointee.sample_rate) } ?? Int64(decoder.declared.rate)
    }
  }

  /// Starts the file again, for a part that lies before the last one.
  private func restart() throws(FilterError) {
    (earlierDamages, earlierCutEnd) = (damages, cutEnd)
    decoder = try makeDecoder()
    (current, count, position) = (nil, 0, 0)
    try advance()
  }

  /// A place or a length in samples; where 64 bits are too few for it, one that no sound comes to.
  private func samples(_ ticks: Int64) -> Int {
    let samples = av_rescale(ticks, max(rate, 1), timescale)
    return samples < 0 ? .max : Int(samples)
  }
}
