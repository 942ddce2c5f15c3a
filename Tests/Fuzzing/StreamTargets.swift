import APCore

extension FuzzTarget {
  static let streamTargets = [
    FuzzTarget("stream", maximumBytes: 4096) { bytes in
      // How the bytes come in pieces must not matter.
      let whole = Reading(bytes, pieces: [bytes.count])
      let pieces = Reading(bytes, pieces: bytes.indices.map { 1 + $0 % 13 })
      try BrokenPromise.unless(whole == pieces, "\(whole) in one piece, \(pieces) in many")
    },
    FuzzTarget("json", maximumBytes: 4096) { bytes in
      let value: JSONValue
      do { value = try JSONValue(parsing: bytes) } catch { return }
      let text = value.serialized()
      let again = try? JSONValue(
        parsing: text, limits: JSONLimits(bytes: max(65_536, text.count)))
      try BrokenPromise.unless(
        again == value, "\(value) is written as \(String(decoding: text, as: UTF8.self))")
    },
  ]
}

/// What a parser makes of a stream that comes in pieces of some sizes: its events, then its error.
private struct Reading: Equatable {
  private var events: [StreamEvent] = []
  /// The samples' bits, because what is not a number is not equal to itself.
  private var samples: [[UInt32]] = []
  private var failure: String?

  init(_ bytes: [UInt8], pieces: [Int]) {
    var parser = StreamParser()
    var start = 0
    do throws(FilterError) {
      for size in pieces where start < bytes.count {
        let piece = Array(bytes[start..<min(bytes.count, start + max(1, size))])
        start += piece.count
        var position = 0
        while let event = try parser.consume(piece.span.bytes, from: &position) { add(event) }
      }
      try parser.finish()
    } catch {
      failure = error.description
    }
  }

  private mutating func add(_ event: StreamEvent) {
    guard case .record(.audio(var audio)) = event else { return events.append(event) }
    samples.append(audio.samples.map(\.bitPattern))
    audio.samples = []
    events.append(.record(.audio(audio)))
  }
}
