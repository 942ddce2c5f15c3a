internal import APCore
internal import SystemPackage

/// Several streams on their way to one: they are read as far as they are needed, and further only where another one has
/// nothing to give, since its writer may be waiting for the writer of this one.
final class Combination {
  typealias Emit = (
    _ track: String, _ start: Int, _ samples: Span<Float>
  ) throws(FilterError) -> Void

  private struct Lane {
    var tracks: AlignedTracks
    let combiner: any Combiner
  }

  private let inputs: [MixInput]
  private let names: [String]
  private var lanes: [String: Lane] = [:]
  /// The first stream's records that wait for the others, and where they end.
  private var waiting: [(track: String, end: Int)] = []

  /// - Parameters:
  ///   - inputs: at least one; their headers match.
  ///   - makeCombiner: makes what combines a track.
  init(
    _ inputs: [MixInput], makeCombiner: () throws(FilterError) -> any Combiner
  ) throws(FilterError) {
    self.inputs = inputs
    let header = inputs[0].header
    names = header.tracks.map(\.name)
    for name in names {
      lanes[name] = Lane(
        tracks: AlignedTracks(count: inputs.count, channels: header.channels),
        combiner: try makeCombiner())
    }
  }

  /// Combines up to the first stream's next record of another type.
  ///
  /// - Returns: that record; nil once all streams are at their end and `emit` has got everything.
  func next(_ emit: Emit) throws(FilterError) -> StreamRecord? {
    while let index = try nextInput() {
      switch try inputs[index].next() {
      case .audio(let audio)?:
        try take(audio, of: index)
      case .other(let other)?:
        if index == 0 { return .other(other) }
      case nil: break
      }
      try settle(emit)
    }
    try requireEqualLengths()
    for name in names {
      try emitBlocks(of: name, isLast: true, emit)
      try lanes[name]?.combiner.finish { start, samples throws(FilterError) in
        try emit(name, start, samples)
      }
    }
    return nil
  }

  private func take(_ audio: AudioRecord, of index: Int) throws(FilterError) {
    try lanes[audio.track]?.tracks.append(audio.samples.span, at: audio.offset, to: index)
    if index == 0 {
      waiting.append((audio.track, audio.offset + audio.samples.count / inputs[0].header.channels))
    }
  }

  /// Gives what all streams have come to, in the order of the first one's records.
  private func settle(_ emit: Emit) throws(FilterError) {
    while let (track, end) = waiting.first, lag(track, end) == nil {
      waiting.removeFirst()
      try emitBlocks(of: track, isLast: false, emit)
    }
  }

  private func emitBlocks(of track: String, isLast: Bool, _ emit: Emit) throws(FilterError) {
    guard var lane = lanes.removeValue(forKey: track) else { return }
    while let block = try lane.tracks.next(isLast: isLast) {
      try lane.combiner.add(block) { start, samples throws(FilterError) in
        try emit(track, start, samples)
      }
    }
    lanes[track] = lane
  }

  /// A stream that has not come so far yet; nil where none is left.
  private func lag(_ track: String, _ end: Int) -> Int? {
    let ends = lanes[track]?.tracks.ends ?? []
    return inputs.indices.first { !inputs[$0].isAtEnd && ends[$0] < end }
  }

  /// The stream to read next; nil once all are at their end.
  private func nextInput() throws(FilterError) -> Int? {
    let open = inputs.indices.filter { !inputs[$0].isAtEnd }
    guard let needed = waiting.first.flatMap({ lag($0.track, $0.end) }) ?? open.first else {
      return nil
    }
    let pipes = open.filter { inputs[$0].isPipe }
    guard inputs[needed].isPipe, !inputs[needed].hasBegun, pipes.count > 1 else { return needed }
    do {
      let ready = try Syscalls.waitForInput(pipes.map { inputs[$0].descriptor })
      return ready.contains(pipes.firstIndex(of: needed) ?? 0)
        ? needed : ready.first.map { pipes[$0] }
    } catch {
      throw FilterError(.io, "Cannot wait for the input: \(error).", underlying: error)
    }
  }

  /// - Throws: `badInput` where no header has said the length, and the streams have different ones.
  private func requireEqualLengths() throws(FilterError) {
    guard inputs.contains(where: { $0.header.frames == nil }) else { return }
    for name in names {
      let ends = lanes[name]?.tracks.ends ?? []
      for (input, end) in zip(inputs, ends) where end != ends[0] {
        throw FilterError(
          .badInput,
          "The streams do not match: the track \(name) of \(input.name) has \(end) frames, that of "
            + "\(inputs[0].name) \(ends[0]).", advice: "They must be of the same song.")
      }
    }
  }
}
