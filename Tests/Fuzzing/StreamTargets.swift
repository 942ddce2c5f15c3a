import APCore

extension FuzzTarget {
  static let streamTargets = [
    FuzzTarget("stream", maximumBytes: 4096) { bytes in
      // How the bytes come in pieces must not matter.
      let whole = events(bytes, pieces: [bytes.count])
      let pieces = events(bytes, pieces: bytes.indices.map { 1 + $0 % 13 })
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

  /// What a parser says of a stream that comes in pieces of those sizes: its events, then its error.
  private static func events(_ bytes: [UInt8], pieces: [Int]) -> [String] {
    var parser = StreamParser()
    var events: [String] = []
    var start = 0
    do throws(FilterError) {
      for size in pieces where start < bytes.count {
        let piece = Array(bytes[start..<min(bytes.count, start + max(1, size))])
        start += piece.count
        var position = 0
        while let event = try parser.consume(piece.span.bytes, from: &position) {
          events.append("\(event)")
        }
      }
      try parser.finish()
    } catch {
      events.append(error.description)
    }
    return events
  }
}
