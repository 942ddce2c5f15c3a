package import APCore
internal import Resampling

/// The sound of a stream's track as a network takes it: in the network's rate and channels, the whole track or window
/// after window, with silence where the stream has nothing. The stream's other tracks go on their way unchanged.
///
///     while let passage = try input.next() {
///       while let frames = try passage.next() { … }
///     }
package final class NetworkInput {
  /// The stream's own header.
  package let header: StreamHeader
  /// The track that the network takes.
  package let track: String

  private let reader: StreamReader
  private let writer: StreamWriter
  private let rate: Int
  private let channels: Int
  private var hasBegun = false
  /// Windows that were given, and where the last one of them ends, in frames at the network's rate.
  private var windows = (count: 0, end: 0)

  /// Reads the stream's header.
  ///
  /// - Parameters:
  ///   - track: the track to take; nil is the only one, or the mix.
  ///   - writer: takes the other tracks and the records of other types; its header must be written before the first
  ///     passage is read.
  ///   - rate: frames a second that the network takes.
  ///   - channels: channels that it takes.
  /// - Throws: what reading throws; `usage` for a track that the stream does not have; `badInput` for a stream that
  ///   does not say which of its tracks is the mix, or has a rate or channels that cannot be converted to the network's.
  package init(
    _ reader: StreamReader, track: String? = nil, passingTo writer: StreamWriter, rate: Int,
    channels: Int
  ) throws(FilterError) {
    self.reader = reader
    self.writer = writer
    self.rate = rate
    self.channels = channels
    header = try reader.readHeader()
    self.track = try Self.choose(track, of: header.tracks.map(\.name))
    // Rates that are too far apart are refused before anything is written.
    _ = try resampler()
  }

  private static func choose(
    _ wanted: String?, of names: [String]
  ) throws(FilterError) -> String {
    let list = names.joined(separator: ", ")
    if let wanted {
      guard names.contains(wanted) else {
        throw FilterError(
          .usage, "The stream has no track \"\(wanted)\".", advice: "Its tracks are \(list).")
      }
      return wanted
    }
    if names.count == 1 { return names[0] }
    guard names.contains("mix") else {
      throw FilterError(
        .badInput, "The stream has \(names.count) tracks, \(list), and none is called mix.",
        advice: "Say with --track which one to separate.")
    }
    return "mix"
  }

  /// Frames of the stream at the network's rate; nil where its header does not say it.
  package var frames: Int? { header.frames.map(convertedFrames) }

  /// The most frames of a window at the network's rate; nil where the stream is not cut.
  package var windowFrames: Int? {
    guard case .windowed(let windowing) = header.layout else { return nil }
    return convertedFrames(windowing.length)
  }

  /// The end record's other keys, once the stream was read to its end.
  package var endExtra: [String: JSONValue] { reader.end?.extra ?? [:] }

  /// The header of what a network makes of the stream, at its rate. The tracks that it makes stand where the one
  /// stood that it took.
  ///
  /// - Parameter advice: how to make other tracks, as a whole sentence.
  /// - Throws: `usage` where a track that is made has the name of one that is passed on, or those would have to be
  ///   converted.
  package func outputHeader(
    tracks: [Track], channels: Int, historyEntry: HistoryEntry, advice: String
  ) throws(FilterError) -> StreamHeader {
    try checkOthers(tracks.map(\.name), channels: channels, advice: advice)
    var output = header
    output.channels = channels
    output.rate = rate
    output.frames = frames
    output.tracks = header.tracks.flatMap { $0.name == track ? tracks : [$0] }
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

  private func checkOthers(
    _ made: [String], channels: Int, advice: String
  ) throws(FilterError) {
    let others = header.tracks.map(\.name).filter { $0 != track }
    if let taken = made.first(where: others.contains) {
      throw FilterError(
        .usage, "The stream has a track \"\(taken)\" already, beside the one to separate.",
        advice: advice)
    }
    guard let other = others.first else { return }
    guard header.rate == rate, header.channels == channels else {
      throw FilterError(
        .usage,
        "The track \"\(other)\" is passed on as it is, with \(header.channels) channels at "
          + "\(header.rate) Hz, and the model gives \(channels) at \(rate) Hz.",
        advice: "Put --rate \(rate) --channels \(channels) after ap-decode.")
    }
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
      while let record = try nextRecord(), let segment = record.segment {
        let end = record.offset + segment.length
        // Both ends go to the network's rate as places in the track, so that windows keep their distance.
        let start = convertedFrames(record.offset)
        let length = convertedFrames(end) - start
        let passage = Passage(
          of: self, start: start, length: length,
          segment: Segment(index: windows.count, length: length), from: record.offset, to: end,
          first: record, resampler: try resampler())
        guard start + length > windows.end else {
          // At a lower rate, what goes on by a frame or two beyond the window before may have nothing of its own.
          while try passage.next() != nil {}
          continue
        }
        windows = (windows.count + 1, start + length)
        return passage
      }
      return nil
    }
  }

  /// The next samples of the track; all other records go on their way.
  func nextRecord() throws -> AudioRecord? {
    while let record = try reader.next() {
      if case .audio(let audio) = record, audio.track == track { return audio }
      try writer.write(record)
    }
    return nil
  }

  private func resampler() throws(FilterError) -> Resampler {
    try Resampler(from: header.rate, channels: header.channels, to: rate, channels: channels)
  }

  private func convertedFrames(_ frames: Int) -> Int {
    Resampler.outputFrames(frames, from: header.rate, to: rate)
  }
}
