package import APCore

/// How the sound of several files lies in time.
package enum FileArrangement: Sendable, Hashable {
  /// One after the other, as one sound.
  case joined
  /// As windows, each of which shares so many seconds with the one before it.
  case windows(overlap: Double)
}

extension Decoding {
  /// A file that has been read once.
  fileprivate struct Part {
    let file: InputFile
    let version: InputFile.Version
    let rate: Int
    let channels: Int
    let frames: Int
    let tags: [String: String]
    let sourceRate: Int
    let sha256: String
  }

  /// Writes the sound of files, in their order, to standard output as a stream with one track, `mix`.
  ///
  /// All files are decoded twice: first to learn how long they are.
  ///
  /// - Throws: `badInput` where a file is damaged, does not match the first, or is too short for the overlap; `usage` for a
  ///   pipe; `io`.
  package static func run(
    _ files: [InputFile], options: DecodingOptions, arrangement: FileArrangement,
    in context: FilterContext
  ) throws(FilterError) {
    LibAV.setLogging(context.log.level)
    let output = try context.openOutput()
    var meter: LoudnessMeter?
    var parts: [Part] = []
    for file in files {
      let part = try measure(file, options, into: &meter, in: context)
      if let first = parts.first { try require(part, toMatch: first) }
      parts.append(part)
    }
    guard let first = parts.first else { return }
    var header = StreamHeader(
      channels: first.channels, rate: first.rate, tracks: [Track("mix")],
      history: [context.historyEntry],
      source: Source(
        file: first.file.name, rate: first.sourceRate, tags: first.tags,
        extra: ["files": .array(parts.map(\.json))]))
    var shared = 0
    switch arrangement {
    case .joined: header.source?.loudness = meter.flatMap { usable($0.loudness) }
    case .windows(let overlap):
      let windowing = try windowing(
        of: parts, overlap: Int((overlap * Double(first.rate)).rounded()))
      header.layout = .windowed(windowing)
      shared = windowing.overlap
    }
    header.frames = parts.reduce(shared) { $0 + $1.frames - shared }
    try output.write(header)
    context.progress.begin(after: [])
    var start = 0
    for (index, part) in parts.enumerated() {
      let segment =
        arrangement == .joined ? nil : Segment(index: index, length: part.frames)
      try send(part, options, at: start, segment, of: header, to: output, in: context)
      start += part.frames - shared
    }
    try output.finish()
  }

  private static func measure(
    _ file: InputFile, _ options: DecodingOptions, into meter: inout LoudnessMeter?,
    in context: FilterContext
  ) throws(FilterError) -> Part {
    guard file.isRegular else {
      throw FilterError(
        .usage, "\(file.description) is a pipe; of several files each is read twice.",
        advice: "Write it to a file first.")
    }
    let version = try file.version()
    let reader = try AudioReader(file, options: options)
    var all = meter ?? LoudnessMeter(channels: reader.channels)
    var frames = 0
    var block: [Float] = []
    repeat {
      try reader.read(into: &block, frames: blockFrames)
      // What does not match is refused later.
      if reader.channels == all.channels { all.add(block.span) }
      frames += block.count / reader.channels
      context.progress.update(
        done: frames, total: reader.expectedFrames, rate: reader.rate, stage: "measuring")
    } while !block.isEmpty
    meter = all
    return Part(
      file: file, version: version, rate: reader.rate, channels: reader.channels, frames: frames,
      tags: reader.tags, sourceRate: reader.sourceRate, sha256: try file.sha256())
  }

  private static func require(_ part: Part, toMatch first: Part) throws(FilterError) {
    guard part.rate == first.rate else {
      throw FilterError(
        .badInput,
        "\(part.file.description) has \(part.rate) Hz, \(first.file.description) \(first.rate) Hz.",
        advice: "Give --rate, which brings all of them to one.")
    }
    guard part.channels == first.channels else {
      throw FilterError(
        .badInput,
        "\(part.file.description) has \(part.channels) channels, \(first.file.description)"
          + " \(first.channels).",
        advice: "Give --channels, which brings all of them to one number.")
    }
  }

  private static func windowing(
    of parts: [Part], overlap: Int
  ) throws(FilterError) -> Windowing {
    let longest = parts.map(\.frames).max() ?? 0
    // One window alone shares nothing with another.
    let overlap = parts.count > 1 ? overlap : min(overlap, longest / 2)
    for part in parts where part.frames <= overlap {
      throw FilterError(
        .badInput,
        "\(part.file.description) has \(part.frames) frames: too few for a window"
          + " that shares \(overlap) with its neighbour.", advice: "Give a smaller --overlap.")
    }
    guard 2 * overlap <= longest else {
      throw FilterError(
        .badInput, "The windows share more than half of their \(longest) frames.",
        advice: "Give a smaller --overlap.")
    }
    return Windowing(length: longest, overlap: overlap, fade: .cosine)
  }

  private static func send(
    _ part: Part, _ options: DecodingOptions, at start: Int, _ segment: Segment?,
    of header: StreamHeader, to output: StreamWriter, in context: FilterContext
  ) throws(FilterError) {
    let reader = try AudioReader(part.file, options: options)
    var block: [Float] = []
    var done = 0
    repeat {
      try reader.read(into: &block, frames: blockFrames)
      let frames = block.count / max(1, reader.channels)
      guard reader.channels == part.channels, done + frames <= part.frames else {
        throw change(of: part.file)
      }
      try output.write(block.span, track: "mix", offset: start + done, segment: segment)
      done += frames
      context.progress.update(done: start + done, total: header.frames, rate: header.rate)
    } while !block.isEmpty
    let unknownTail = try reader.unknownTail()
    guard done == part.frames, try part.file.version() == part.version else {
      throw change(of: part.file)
    }
    tell(of: reader, part.file, unknownTail: unknownTail, in: context)
  }
}

extension Decoding.Part {
  /// As the header's source has it.
  fileprivate var json: JSONValue {
    var object: [String: JSONValue] = ["sha256": .string(sha256)]
    object["file"] = file.name.map { .string($0) }
    return .object(object)
  }
}
