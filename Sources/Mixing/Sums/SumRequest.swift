package import APCore

/// What `ap-mix` is asked to make of the tracks of one stream.
package struct SumRequest: Sendable {
  /// The tracks that come out.
  package var sums: [TrackSum]
  /// Whether the stream's own tracks come out before them.
  package var keepsTracks: Bool

  package init(_ sums: [TrackSum], keepsTracks: Bool) {
    self.sums = sums
    self.keepsTracks = keepsTracks
  }

  /// Reads a stream from standard input and writes the sums to standard output.
  ///
  /// Frames that none of a sum's tracks has are absent from the sum too.
  ///
  /// - Throws: `usage` for tracks that the stream does not have; of the stream; `io`.
  package func run(in context: FilterContext) throws(FilterError) {
    let writer = try context.openOutput()
    let reader = try context.openInput()
    var header = try reader.readHeader()
    try header.requireContiguous()
    let sums = try sums(of: header.tracks.map(\.name))
    // Only what somebody needs is kept.
    let used = header.tracks.map(\.name).filter { name in
      sums.contains { $0.terms.contains { $0.track == name } }
    }
    let own = keepsTracks ? header.tracks : []
    header.tracks = own + self.sums.map { Track($0.name) }
    // The figures were those of the only track there was.
    header.source?.loudness = nil
    header.history.append(context.historyEntry)
    try writer.write(header)

    var tracks = AlignedTracks(count: used.count, channels: header.channels)
    let made = sums.map { (name: $0.name, terms: $0.terms(among: used)) }
    func write(isLast: Bool) throws(FilterError) {
      while let block = try tracks.next(isLast: isLast) {
        for sum in made {
          guard let samples = block.sum(sum.terms) else { continue }
          try writer.write(samples.span, track: sum.name, offset: block.start)
        }
        context.progress.update(
          done: block.start + block.frames, total: header.frames, rate: header.rate)
      }
    }
    while let record = try reader.next() {
      guard case .audio(let audio) = record else {
        try writer.write(record)
        continue
      }
      guard let index = used.firstIndex(of: audio.track) else { continue }
      try tracks.append(audio.samples.span, at: audio.offset, to: index)
      try write(isLast: false)
    }
    try write(isLast: true)
    try writer.finish(extra: reader.end?.extra ?? [:])
  }

  /// All tracks that come out, those of the stream as sums of one term.
  private func sums(of tracks: [String]) throws(FilterError) -> [TrackSum] {
    let kept = keepsTracks ? tracks : []
    let all = kept.map { TrackSum(name: $0, terms: [.init(track: $0, gain: 1)]) } + sums
    var names: Set<String> = []
    for sum in all where !names.insert(sum.name).inserted {
      throw FilterError(
        .usage, "Two tracks would be called \"\(sum.name)\".",
        advice: "Choose another name, or leave --keep out.")
    }
    for term in sums.flatMap(\.terms) where !tracks.contains(term.track) {
      throw FilterError(
        .usage, "The stream has no track \"\(term.track)\".",
        advice: TrackSum.advice(for: term.track, among: tracks)
          ?? "It has: \(tracks.joined(separator: ", ")).")
    }
    return all
  }
}

extension TrackSum {
  /// Its terms in the order of tracks, by their places among these.
  fileprivate func terms(among tracks: [String]) -> [(track: Int, gain: Double)] {
    tracks.enumerated().flatMap { index, track in
      terms.filter { $0.track == track }.map { (index, $0.gain) }
    }
  }
}

extension StreamHeader {
  /// - Throws: `badInput` for a windowed stream.
  func requireContiguous() throws(FilterError) {
    guard layout == .contiguous else {
      throw FilterError(
        .badInput, "The stream is cut into windows.", advice: joining(before: "ap-mix"))
    }
  }
}
