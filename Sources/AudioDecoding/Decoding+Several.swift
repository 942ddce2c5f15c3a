package import APCore
internal import Resampling

/// How the sound of several files lies in time.
package enum FileArrangement: Sendable, Hashable {
  /// One after the other, as one sound.
  case joined
  /// As windows, each of which shares so many seconds with the one before it.
  case windows(overlap: Double)
}

extension Decoding {
  /// Writes the sound of files, in their order, to standard output as a stream with one track, `mix`.
  ///
  /// All files are read to their end first, to learn how long they are.
  ///
  /// - Throws: `badInput` where a file is damaged, does not match the first, or is too short for the overlap; `usage` for a
  ///   pipe; `io`.
  package static func run(
    _ files: [InputFile], options: DecodingOptions, arrangement: FileArrangement,
    in context: FilterContext
  ) throws(FilterError) {
    LibAV.setLogging(context.log.level)
    let output = try context.openOutput()
    if let pipe = files.first(where: { !$0.isRegular }) {
      throw FilterError(
        .usage, "\(pipe.description) is a pipe, which cannot be one of several files.",
        advice: "Write it to a file first.")
    }
    var sound = MeasuredSound(options)
    for file in files {
      let part = try sound.measure(file, in: context)
      try require(part, toMatch: sound.parts[0])
    }
    let parts = sound.parts
    guard let first = parts.first else { return }
    var header = StreamHeader(
      channels: first.channels, rate: first.rate, tracks: [Track("mix")],
      history: [context.historyEntry],
      source: Source(
        file: first.file.name, rate: first.sourceRate, tags: first.tags,
        extra: names(of: parts)))
    var shared = 0
    switch arrangement {
    case .joined: header.source?.loudness = sound.loudness
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
      try sound.read(part) { samples, done throws(FilterError) in
        try output.write(samples, track: "mix", offset: start + done, segment: segment)
        context.progress.update(
          done: start + done + samples.count / part.channels, total: header.frames,
          rate: header.rate)
      }
      tell(part.findings, of: part.file, in: context)
      start += part.frames - shared
    }
    try output.finish()
  }

  private static func require(_ part: MeasuredSound.Part, toMatch first: MeasuredSound.Part)
    throws(FilterError)
  {
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

  /// The names and digests of files, where the header's line has room for all of them.
  private static func names(of parts: [MeasuredSound.Part]) -> [String: JSONValue] {
    let files = JSONValue.array(parts.map(\.json))
    return files.serialized().count <= StreamLimits.line / 2 ? ["files": files] : [:]
  }

  private static func windowing(
    of parts: [MeasuredSound.Part], overlap: Int
  ) throws(FilterError) -> Windowing {
    let longest = parts.map(\.frames).max() ?? 0
    // One window alone shares nothing with another.
    let overlap = parts.count > 1 ? overlap : min(overlap, longest / 2)
    for part in parts where part.frames <= overlap {
      guard part.frames > 0 else {
        throw FilterError(
          .badInput, "\(part.file.description) has no sound, and a window has some.",
          advice: "Leave it out.")
      }
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
}

extension MeasuredSound.Part {
  /// As the header's source has it.
  fileprivate var json: JSONValue {
    var object: [String: JSONValue] = ["sha256": .string(sha256)]
    object["file"] = file.name.map { .string($0) }
    return .object(object)
  }
}
