package import APCore
internal import Resampling

/// The sound of a stream with one track as a network takes it: in the network's rate and channels, the whole track
/// or window after window, with silence where the stream has nothing.
///
///     while let passage = try input.next() {
///       while let frames = try passage.next() { … }
///     }
package final class NetworkInput {
  /// The stream's own header.
  package let header: StreamHeader

  private let reader: StreamReader
  private let writer: StreamWriter
  private let rate: Int
  private let channels: Int
  private var hasBegun = false

  /// Reads the stream's header.
  ///
  /// - Parameters:
  ///   - writer: takes the records of other types; its header must be written before the first passage is read.
  ///   - rate: frames a second that the network takes.
  ///   - channels: channels that it takes.
  /// - Throws: what reading throws; `badInput` for a stream with several tracks.
  package init(
    _ reader: StreamReader, passingTo writer: StreamWriter, rate: Int, channels: Int
  ) throws(FilterError) {
    self.reader = reader
    self.writer = writer
    self.rate = rate
    self.channels = channels
    header = try reader.readHeader()
    guard header.tracks.count == 1 else {
      throw FilterError(
        .badInput,
        "The stream has \(header.tracks.count) tracks, but a mix to separate is one track.",
        advice: "Put this filter before the one that made them.")
    }
  }

  /// Frames of the stream at the network's rate; nil where its header does not say it.
  package var frames: Int? { header.frames.map(convertedFrames) }

  /// The end record's other keys, once the stream was read to its end.
  package var endExtra: [String: JSONValue] { reader.end?.extra ?? [:] }

  /// The header of what a network makes of the stream, at its rate.
  package func outputHeader(
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

  /// The next passage, once the one before was read to its end; nil at the stream's end.
  ///
  /// - Throws: what reading throws, and passing records on.
  package func next() throws -> Passage? {
    switch header.layout {
    case .contiguous:
      guard !hasBegun else { return nil }
      hasBegun = true
      return Passage(
        of: self, start: 0, length: frames, segment: nil, from: 0, to: header.frames,
        resampler: try resampler())
    case .windowed:
      guard let record = try nextRecord(), let segment = record.segment else { return nil }
      let end = record.offset + segment.length
      // Both ends go to the network's rate as places in the track, so that windows keep their distance.
      let start = convertedFrames(record.offset)
      let length = convertedFrames(end) - start
      return Passage(
        of: self, start: start, length: length,
        segment: Segment(index: segment.index, length: length), from: record.offset, to: end,
        first: record, resampler: try resampler())
    }
  }

  /// The next samples; records of other types go on their way.
  func nextRecord() throws -> AudioRecord? {
    while let record = try reader.next() {
      if case .audio(let audio) = record { return audio }
      try writer.write(record)
    }
    return nil
  }

  private func resampler() throws -> Resampler {
    try Resampler(from: header.rate, channels: header.channels, to: rate, channels: channels)
  }

  private func convertedFrames(_ frames: Int) -> Int {
    Resampler.outputFrames(frames, from: header.rate, to: rate)
  }
}
