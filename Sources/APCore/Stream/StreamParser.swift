/// What a stream's bytes turn out to be, piece by piece.
package enum StreamEvent: Sendable, Hashable {
  /// The first line.
  case header(StreamHeader)
  /// A record with its payload.
  case record(StreamRecord)
  /// The stream is whole; nothing may follow.
  case end(EndRecord)
  /// A filter before this one failed.
  case abort(AbortRecord)
}

/// Reads a stream from bytes that come in pieces of any size. It does no input itself.
package struct StreamParser: Sendable {
  private enum State: Sendable {
    case line
    case samples(AudioRecord, AudioPayload)
    case bytes(OtherRecord, count: Int)
    case done
  }

  private var state = State.line
  private var line: [UInt8] = []
  private var header: StreamHeader?
  private var ledger: StreamLedger?

  /// A parser before the stream's first byte.
  package init() {}

  /// Takes bytes from `position` on, up to the end of one event.
  ///
  /// - Returns: the event; nil when `input` is used up and more is needed.
  /// - Throws: `badInput`, naming the record. The parser is of no use afterwards.
  package mutating func consume(
    _ input: RawSpan, from position: inout Int
  ) throws(FilterError) -> StreamEvent? {
    while position < input.byteCount || hasPayload {
      switch state {
      case .line:
        guard let value = try takeLine(input, &position) else { return nil }
        if let event = try read(value) { return event }
      case .samples(var record, var payload):
        state = .done
        payload.take(input, &position)
        guard payload.missing == 0 else {
          state = .samples(record, payload)
          return nil
        }
        record.samples = payload.samples
        state = .line
        return .record(.audio(record))
      case .bytes(var record, let count):
        state = .done
        let taken = min(count - record.payload.count, input.byteCount - position)
        input.extracting(position..<position + taken).withUnsafeBytes {
          record.payload.append(contentsOf: $0)
        }
        position += taken
        state = record.payload.count == count ? .line : .bytes(record, count: count)
        if case .line = state { return .record(.other(record)) }
      case .done:
        throw FilterError(
          .badInput, "Bytes follow the end of the stream.",
          advice: "Give this filter one stream: streams cannot be joined with cat.")
      }
    }
    return nil
  }

  /// Has bytes of samples written where they belong, with no copy in between.
  ///
  /// - Parameters:
  ///   - least: the fewest bytes that must be missing.
  ///   - write: says how many bytes it has written to the start of the room that it gets.
  /// - Returns: what `write` said; nil, without a call of it, where no samples come next, or too few.
  package mutating func fill<Failure>(
    _ least: Int, _ write: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Int? {
    guard case .samples(let record, var payload) = state, payload.missing >= least else {
      return nil
    }
    state = .done
    defer { state = .samples(record, payload) }
    return try payload.fill(1 << 20, write)
  }

  /// Whether a payload is there, and its record is yet to be given.
  private var hasPayload: Bool {
    if case .samples(_, let payload) = state { payload.missing == 0 } else { false }
  }

  /// Says that no more bytes will come.
  ///
  /// - Throws: `cutInput` unless the stream has ended; where it was cut is in the message.
  package func finish() throws(FilterError) {
    let number = (ledger?.records ?? 0) + 1
    switch state {
    case .done: return
    case .line where header == nil && line.isEmpty:
      throw FilterError(
        .cutInput, "The input is empty.", advice: "The command before this one failed.")
    case .line where header == nil:
      throw Self.cut("in the header's line, after \(line.count) bytes")
    case .line where !line.isEmpty:
      throw Self.cut("in the line of record \(number), after \(line.count) bytes")
    case .line:
      throw Self.cut("between records, after record \(number - 1): there is no end record")
    case .samples(_, let payload):
      throw Self.cut(
        "in the payload of record \(number - 1), after \(payload.filled) of \(payload.bytes) bytes")
    case .bytes(let record, let count):
      throw Self.cut(
        "in the payload of record \(number - 1), after \(record.payload.count) of \(count) bytes")
    }
  }

  private static func cut(_ place: String) -> FilterError {
    FilterError(
      .cutInput, "The input was cut short \(place).", advice: "The command before this one failed.")
  }

  private mutating func takeLine(
    _ input: RawSpan, _ position: inout Int
  ) throws(FilterError) -> JSONValue? {
    let feed = input.firstLineFeed(from: position)
    let end = feed ?? input.byteCount
    let room = StreamLimits.line - line.count
    input.extracting(position..<min(end, position + room)).withUnsafeBytes {
      line.append(contentsOf: $0)
    }
    if header == nil { try checkMagic(isWhole: feed != nil) }
    guard line.count < StreamLimits.line else {
      throw FilterError(
        .badInput, "\(lineName) is longer than \(StreamLimits.line) bytes.")
    }
    position = end
    guard feed != nil else { return nil }
    position += 1
    defer { line.removeAll(keepingCapacity: true) }
    do {
      return try JSONValue(parsing: line)
    } catch {
      throw FilterError(
        .badInput, "\(lineName) is not valid JSON: \(error).", underlying: error)
    }
  }

  private func checkMagic(isWhole: Bool) throws(FilterError) {
    let magic = StreamHeader.magic
    if line.starts(with: magic) { return }
    if !isWhole, magic.starts(with: line) { return }
    guard line.starts(with: magic.prefix(6)) else {
      throw FilterError(
        .badInput, "The input is not an ap stream.", advice: "Put ap-decode before this filter.")
    }
    throw FilterError(
      .badInput, "The input is an ap stream of a version other than 1.",
      advice: "Install the version of ap that wrote it.")
  }

  private var lineName: String {
    ledger.map { "The line of record \($0.records + 1)" } ?? "The header's line"
  }

  private mutating func read(_ value: JSONValue) throws(FilterError) -> StreamEvent? {
    guard let header else {
      if let abort = try AbortRecord(wholeStream: value) {
        state = .done
        return .abort(abort)
      }
      let header = try StreamHeader(value)
      self.header = header
      ledger = StreamLedger(header)
      return .header(header)
    }
    let line = try RecordLine(
      value, header: header, number: (ledger?.records ?? 0) + 1)
    switch line {
    case .audio(let record, let frames):
      try ledger?.admit(
        track: record.track, offset: record.offset, frames: frames, segment: record.segment)
      state = .samples(record, AudioPayload(count: frames * header.channels))
    case .other(let record, let count):
      ledger?.admitOther()
      if count == 0 { return .record(.other(record)) }
      state = .bytes(record, count: count)
    case .end(let end):
      try check(end)
      state = .done
      return .end(end)
    case .abort(let abort):
      state = .done
      return .abort(abort)
    }
    return nil
  }

  private func check(_ end: EndRecord) throws(FilterError) {
    guard let ledger else { return }
    try ledger.close()
    guard end.records == ledger.records else {
      throw FilterError(
        .badInput, "The end record counts \(end.records) records, but \(ledger.records) came.")
    }
    for track in end.frames.keys where ledger.frames[track] == nil {
      throw FilterError(
        .badInput, "The end record counts frames of \"\(track)\", which the header does not name.")
    }
    for (track, frames) in ledger.frames where end.frames[track] != frames {
      let claim = end.frames[track].map { "\($0)" } ?? "no"
      throw FilterError(
        .badInput, "The end record counts \(claim) frames of \"\(track)\", but \(frames) came.")
    }
  }
}

/// Samples on their way in. The memory that they touch grows with what has come, not with what was claimed.
private struct AudioPayload: Sendable {
  let count: Int
  private(set) var samples: [Float] = []
  private(set) var filled = 0

  init(count: Int) {
    self.count = count
  }

  var bytes: Int { count * 4 }
  var missing: Int { bytes - filled }

  mutating func take(_ input: RawSpan, _ position: inout Int) {
    let piece = input.extracting(position..<position + min(missing, input.byteCount - position))
    position += fill(piece.byteCount) { room in
      piece.withUnsafeBytes { room.copyMemory(from: $0) }
      return piece.byteCount
    }
  }

  /// - Parameters:
  ///   - most: the most bytes that there is room for; fewer where fewer are missing.
  ///   - write: says how many it has written.
  mutating func fill<Failure>(
    _ most: Int, _ write: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    let range = filled..<filled + min(most, missing)
    // Addresses only, for 64 MiB at most.
    if samples.isEmpty { samples.reserveCapacity(count) }
    let added = (range.upperBound + 3) / 4 - samples.count
    if added > 0 {
      samples.append(addingCapacity: added) { $0.append(repeating: 0, count: added) }
    }
    var target = samples.mutableSpan
    let written = try target.withUnsafeMutableBytes { bytes throws(Failure) in
      try write(UnsafeMutableRawBufferPointer(rebasing: bytes[range]))
    }
    filled += written
    return written
  }
}

extension RawSpan {
  fileprivate func firstLineFeed(from position: Int) -> Int? {
    withUnsafeBytes { bytes in bytes[position...].firstIndex(of: UInt8(ascii: "\n")) }
  }
}
