import APCore

/// Stretches of time in a track that its stream marks, in seconds: `spans` of the track in the header, or of the
/// stream's end.
struct MarkedSpans: Sendable {
  private(set) var spans: [(start: Double, end: Double)] = []

  /// Reads [[start, end], …]; what is not so is passed over.
  init(_ value: JSONValue?) {
    add(value)
  }

  mutating func add(_ value: JSONValue?) {
    for span in value?.array ?? [] {
      guard let times = span.array?.compactMap(\.double), times.count == 2,
        times[0] < times[1], times[0] >= 0
      else { continue }
      spans.append((times[0], times[1]))
    }
  }
}
