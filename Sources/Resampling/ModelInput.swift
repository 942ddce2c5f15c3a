public import APCore

/// The sound of a stream with one track as a model takes it: in the model's rate and channels, the
/// whole track or window after window, with silence where the stream has nothing.
public final class ModelInput {
  /// A track or a window of it, in frames at the model's rate.
  public struct Stretch: Sendable, Hashable {
    /// Where it starts in the stream.
    public let start: Int
    /// How long it is; nil for a track whose header does not say it.
    public let length: Int?
    /// The window that it is; nil for a whole track.
    public let segment: Segment?
  }

  /// What takes the sound of one stretch, interleaved, and then its end.
  public protocol Sink: AnyObject {
    /// Takes the next frames.
    func push(_ samples: Span<Float>) throws
    /// Nothing follows.
    func finish() throws
  }

  /// The stream's own header.
  public let header: StreamHeader

  private let reader: StreamReader
  private let rate: Int
  private let channels: Int

  /// Reads the stream's header.
  ///
  /// - Parameters:
  ///   - rate: frames a second that the model takes.
  ///   - channels: channels that it takes.
  /// - Throws: what reading throws; `badInput` for a stream with several tracks.
  public init(_ reader: StreamReader, rate: Int, channels: Int) throws(FilterError) {
    self.reader = reader
    self.rate = rate
    self.channels = channels
    header = try reader.readHeader()
    guard header.tracks.count == 1 else {
      throw FilterError(
        .badInput,
        "The stream has \(header.tracks.count) tracks; a mix to separate is one.",
        advice: "Put this filter before the one that made them.")
    }
  }

  /// Frames of the stream at the model's rate; nil where its header does not say it.
  public var frames: Int? { header.frames.map(convertedFrames) }

  /// The header of what a model makes of the stream, at its rate.
  public func outputHeader(
    tracks: [Track], channels: Int, historyEntry: HistoryEntry
  ) -> StreamHeader {
    var output = header
    output.channels = channels
    output.rate = rate
    output.frames = frames
    output.tracks = tracks
    output.history.append(historyEntry)
    // The figures were the mix's.
    output.source?.loudness = nil
    if case .windowed(var windowing) = header.layout {
      windowing.overlap = convertedFrames(windowing.overlap)
      windowing.length = max(convertedFrames(windowing.length), 2 * windowing.overlap)
      output.layout = .windowed(windowing)
    }
    return output
  }

  /// Reads the stream to its end.
  ///
  /// - Parameters:
  ///   - begin: called at the beginning of each stretch; gives what takes its sound.
  ///   - pass: takes the records of other types.
  /// - Throws: what reading and the sinks throw; `badInput` for a sample that is no finite number.
  /// - Returns: the end record's other keys.
  public func forEachStretch(
    _ begin: (Stretch) throws -> any Sink, passing pass: (StreamRecord) throws -> Void
  ) throws -> [String: JSONValue] {
    switch header.layout {
    case .contiguous: try readTrack(begin, pass)
    case .windowed: try readWindows(begin, pass)
    }
    return reader.end?.extra ?? [:]
  }

  private func readTrack(
    _ begin: (Stretch) throws -> any Sink, _ pass: (StreamRecord) throws -> Void
  ) throws {
    let sound = try convertedSound(Stretch(start: 0, length: frames, segment: nil), begin)
    var position = 0
    while let record = try reader.next() {
      guard case .audio(let audio) = record else {
        try pass(record)
        continue
      }
      try sound.pushSilence(frames: audio.offset - position)
      try sound.push(audio.samples.span)
      position = audio.offset + audio.samples.count / header.channels
    }
    try sound.pushSilence(frames: (header.frames ?? position) - position)
    try sound.finish()
  }

  private func readWindows(
    _ begin: (Stretch) throws -> any Sink, _ pass: (StreamRecord) throws -> Void
  ) throws {
    var window: (sound: ConvertedSound, missing: Int)?
    while let record = try reader.next() {
      guard case .audio(let audio) = record, let segment = audio.segment else {
        try pass(record)
        continue
      }
      var (sound, missing) =
        try window
        ?? (convertedSound(stretch(segment, offset: audio.offset), begin), segment.length)
      try sound.push(audio.samples.span)
      missing -= audio.samples.count / header.channels
      // A whole window does not wait for what comes next.
      if missing == 0 { try sound.finish() }
      window = missing == 0 ? nil : (sound, missing)
    }
  }

  private func stretch(_ segment: Segment, offset: Int) -> Stretch {
    // Both ends go to the model's rate as places in the track, so that windows keep their distance.
    let start = convertedFrames(offset)
    let length = convertedFrames(offset + segment.length) - start
    return Stretch(
      start: start, length: length, segment: Segment(index: segment.index, length: length))
  }

  private func convertedSound(
    _ stretch: Stretch, _ begin: (Stretch) throws -> any Sink
  ) throws -> ConvertedSound {
    let resampler = try Resampler(
      from: header.rate, channels: header.channels, to: rate, channels: channels)
    return ConvertedSound(resampler, length: stretch.length, sink: try begin(stretch))
  }

  private func convertedFrames(_ frames: Int) -> Int {
    Resampler.outputFrames(frames, from: header.rate, to: rate)
  }
}
