package import APCore

/// What `ap-mix` is asked to make of several streams with the same tracks.
package struct CombinationRequest: Sendable {
  /// What values are taken for.
  package enum Domain: String, CaseIterable, Sendable {
    case samples, spectrum
  }

  /// What becomes of the values.
  package var statistic: Statistic
  /// Whether they are samples, or values of the spectrum.
  package var domain: Domain
  /// Where the streams are; `-` is standard input.
  package var paths: [String]

  package init(_ statistic: Statistic, domain: Domain, paths: [String]) {
    self.statistic = statistic
    self.domain = domain
    self.paths = paths
  }

  /// Reads the streams side by side and writes one to standard output, with the first one's order of tracks.
  ///
  /// - Throws: `noInput`, `usage`; `badInput` for streams that do not match; of the streams; `io`.
  package func run(in context: FilterContext) throws(FilterError) {
    let writer = try context.openOutput()
    var inputs: [MixInput] = []
    for path in paths { inputs.append(try MixInput(path, in: context)) }
    for input in inputs { try input.readHeader() }
    let first = inputs[0]
    for other in inputs.dropFirst() { try other.requireMatch(with: first) }

    var header = first.header
    header.frames = inputs.lazy.compactMap(\.header.frames).first
    header.source?.loudness = nil
    // With the digest the header would say that it tells all of what follows.
    if !inputs.allSatisfy(\.header.isTelling) { header.source?.sha256 = nil }
    var entry = context.historyEntry
    // The first one's is the stream's own.
    entry.options["others"] = .array(inputs.dropFirst().map { $0.header.origin })
    header.history.append(entry)
    context.progress.begin(after: inputs.contains(where: \.isPipe) ? header.history : [])
    try writer.write(header)

    let combination = try Combination(inputs, makeCombiner: combiner(channels: header.channels))
    while let record = try combination.next({ track, start, samples throws(FilterError) in
      try writer.write(samples, track: track, offset: start)
      context.progress.update(
        done: start + samples.count / header.channels, total: header.frames, rate: header.rate)
    }) {
      try writer.write(record)
    }
    try writer.finish(extra: first.endExtra)
  }

  private func combiner(
    channels: Int
  ) -> () throws(FilterError) -> any Combiner {
    let (statistic, domain, streams) = (statistic, domain, paths.count)
    return { () throws(FilterError) in
      switch domain {
      case .samples: SampleCombiner(statistic)
      case .spectrum:
        try SpectralCombiner(statistic, streams: streams, channels: channels)
      }
    }
  }

  /// Whether an earlier run's output can stand in for this one's.
  package var repeatability: Repeatability {
    let files = paths.filter { $0 != "-" }
    // What comes through a pipe cannot be read twice.
    guard files.allSatisfy(FileSystem.isFile) else { return .changing }
    return .repeatable(input: files.count < paths.count ? .stream : .none, files: files)
  }
}

extension StreamHeader {
  /// What the sound was, and what has become of it, as far as that is known.
  fileprivate var origin: JSONValue {
    var object: [String: JSONValue] = ["history": .array(history.map(\.json))]
    object["sha256"] = source?.sha256.map { .string($0) }
    return .object(object)
  }
}
