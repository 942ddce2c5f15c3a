package import SystemPackage

/// Writes a stream to a file descriptor, which stays its caller's, and counts it.
package final class StreamWriter {
  private let descriptor: FileDescriptor
  private var header: StreamHeader?
  private var ledger: StreamLedger?

  private enum State { case empty, open, ended }
  private var state = State.empty

  /// Whether a header is in the output, and neither `end` nor `abort` yet.
  package var isOpen: Bool { state == .open }

  /// A writer that has not written yet.
  package init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Writes the first line.
  ///
  /// - Throws: `io`, or `brokenPipe` where the reader is gone, as all that writes here;
  ///   `badInput` where the line is too long.
  package func write(_ header: StreamHeader) throws(FilterError) {
    precondition(self.header == nil, "a stream has one header")
    for track in header.tracks {
      precondition(Track.isValid(name: track.name), "track name \"\(track.name)\"")
    }
    try put(line: header.serialized())
    self.header = header
    ledger = StreamLedger(header)
    state = .open
  }

  /// Writes samples of one track, as several records where they do not fit one.
  ///
  /// - Parameters:
  ///   - samples: interleaved, [frames × channels]; nothing is written where it is empty.
  ///   - offset: their place in the track's time line, in frames.
  ///   - segment: the window they are a part of, in a windowed stream.
  /// - Throws: `badInput` where the record breaks the stream's order.
  package func write(
    _ samples: Span<Float>, track: String, offset: Int, segment: Segment? = nil,
    extra: [String: JSONValue] = [:]
  ) throws(FilterError) {
    guard let channels = header?.channels, isOpen else {
      preconditionFailure("the header comes first, the end last")
    }
    precondition(samples.count % channels == 0, "samples must be whole frames")
    let most = StreamLimits.recordFrames(channels: channels)
    let total = samples.count / channels
    for start in stride(from: 0, to: total, by: most) {
      let frames = min(most, total - start)
      try ledger?.admit(track: track, offset: offset + start, frames: frames, segment: segment)
      try put(
        line: AudioRecord.line(
          track: track, offset: offset + start, frames: frames, channels: channels,
          segment: segment, extra: extra))
      let range = start * channels..<(start + frames) * channels
      try samples.extracting(range).withUnsafeBytes { bytes throws(FilterError) in try put(bytes) }
    }
  }

  /// Writes a record, known or not.
  package func write(_ record: StreamRecord) throws(FilterError) {
    switch record {
    case .audio(let audio):
      try write(
        audio.samples.span, track: audio.track, offset: audio.offset, segment: audio.segment,
        extra: audio.extra)
    case .other(let other):
      precondition(isOpen, "the header comes first, the end last")
      try put(line: other.line)
      try other.payload.span.withUnsafeBytes { bytes throws(FilterError) in try put(bytes) }
      ledger?.admitOther()
    }
  }

  /// Writes the end record.
  ///
  /// - Parameter extra: keys of the input's end record that are passed on.
  package func finish(extra: [String: JSONValue] = [:]) throws(FilterError) {
    guard let ledger, isOpen else { preconditionFailure("the header comes first, the end last") }
    try ledger.close()
    try put(
      line: EndRecord(frames: ledger.frames, records: ledger.records, extra: extra).line)
    state = .ended
  }

  /// Writes bytes of a stream that its reader has checked, as they are: whole lines and payloads.
  ///
  /// - Parameter isLast: whether the end record is among them.
  package func pass(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(FilterError) {
    precondition(header == nil, "a stream is passed on whole or written anew")
    try put(bytes)
    state = isLast ? .ended : .open
  }

  /// Writes bytes of a stream that its reader has checked, as they are: whole lines and payloads.
  package func pass(_ bytes: [UInt8], isLast: Bool) throws(FilterError) {
    try bytes.span.withUnsafeBytes { bytes throws(FilterError) in
      try pass(bytes, isLast: isLast)
    }
  }

  /// Tells the filters after this one that the stream will have no end; without a header, that there is no
  /// stream. Does nothing to a stream that has ended.
  func write(_ abort: AbortRecord) throws(FilterError) {
    guard state != .ended else { return }
    let line = abort.line(isWholeStream: state == .empty)
    state = .ended
    try put(line: line)
  }

  private func put(line: [UInt8]) throws(FilterError) {
    guard line.count < StreamLimits.line else {
      throw FilterError(.badInput, "A line of the output would have \(line.count + 1) bytes.")
    }
    var line = line
    line.append(UInt8(ascii: "\n"))
    try line.span.withUnsafeBytes { bytes throws(FilterError) in try put(bytes) }
  }

  private func put(_ bytes: UnsafeRawBufferPointer) throws(FilterError) {
    do {
      try Syscalls.writeAll(descriptor, bytes)
    } catch .brokenPipe {
      throw FilterError(.brokenPipe, "The reader of the output is gone.")
    } catch {
      throw FilterError(.io, "Cannot write the output: \(error).", underlying: error)
    }
  }
}
