/// Counts what passes and holds it to the rules of order; a reader and a writer both keep one.
struct StreamLedger: Sendable {
  struct Position: Sendable {
    var carried = 0
    var end = 0
    var segment: Segment?
    var start = 0

    /// The open window's frames that are still to come.
    var missing: Int {
      segment.map { start + $0.length - end } ?? 0
    }
  }

  private let header: StreamHeader
  private var positions: [String: Position]
  private(set) var records = 0

  init(_ header: StreamHeader) {
    self.header = header
    positions = Dictionary(uniqueKeysWithValues: header.tracks.map { ($0.name, Position()) })
  }

  /// The frames that each track's records held so far.
  var frames: [String: Int] {
    positions.mapValues(\.carried)
  }

  mutating func admitOther() {
    records += 1
  }

  /// Checks an audio record against all before it, and counts it.
  mutating func admit(
    track: String, offset: Int, frames: Int, segment: Segment?
  ) throws(FilterError) {
    let number = records + 1
    guard var position = positions[track] else {
      throw FilterError(
        .badInput, "Record \(number) names the track \"\(track)\", which the header lacks.")
    }
    let end = offset + frames
    if let total = header.frames, end > total {
      throw FilterError(
        .badInput, "Record \(number) ends at frame \(end), but the header promises \(total) frames."
      )
    }
    switch (header.layout, segment) {
    case (.contiguous, nil):
      guard offset >= position.end else {
        throw FilterError(
          .badInput,
          "Record \(number) starts at frame \(offset), but the track is already at \(position.end)."
        )
      }
    case (.windowed(let windowing), let segment?):
      try position.enter(segment, offset: offset, windowing: windowing, number: number)
      guard frames <= position.missing else {
        throw FilterError(
          .badInput, "Record \(number) goes past the end of segment \(segment.index).")
      }
    case (.contiguous, _?), (.windowed, nil):
      throw FilterError(
        .badInput,
        "Record \(number) must have a \"segment\" if, and only if, the layout has segments.")
    }
    position.end = end
    position.carried += frames
    positions[track] = position
    records += 1
  }

  /// Checks that no window is open.
  func close() throws(FilterError) {
    for track in header.tracks {
      guard let position = positions[track.name], position.missing > 0 else { continue }
      throw FilterError(
        .badInput,
        "The last segment of track \"\(track.name)\" is \(position.missing) frames short.")
    }
  }
}

extension StreamLedger.Position {
  fileprivate mutating func enter(
    _ next: Segment, offset: Int, windowing: Windowing, number: Int
  ) throws(FilterError) {
    if missing > 0 {
      guard next == segment, offset == end else {
        throw FilterError(
          .badInput, "Record \(number) does not continue segment \(segment?.index ?? 0).")
      }
      return
    }
    let index = segment.map { $0.index + 1 } ?? 0
    guard next.index == index else {
      throw FilterError(.badInput, "Record \(number) is segment \(next.index), not \(index).")
    }
    guard next.length <= windowing.length, offset >= end - windowing.overlap,
      segment == nil || (offset > start && offset + next.length > end)
    else {
      throw FilterError(
        .badInput, "Record \(number) starts a segment that does not fit the header's window.")
    }
    segment = next
    start = offset
    end = offset
  }
}
