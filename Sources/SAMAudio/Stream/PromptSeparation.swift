internal import APCore
internal import Separation

/// The separation of a stream: one track or its windows in, a track for each sound that is asked for out.
final class PromptSeparation {
  /// The most frames in a record: tracks of a window take turns, so that no reader gets it all at once.
  private static let blockFrames = 65_536

  private let input: NetworkInput
  private let limit: WindowLimit
  private let separator: WindowSeparator
  private let draws: (_ window: Int, _ frames: Int) -> WindowDraws
  private let outputs: [OutputTrack]
  private let findings: SeparationFindings
  /// Nil: the output is mono.
  private let image: StereoImage?
  private let writer: StreamWriter
  private let progress: Progress
  private let report: Report
  /// Bytes that a sound of so many frames takes; they are not given back.
  private let memory: (_ frames: Int) -> Int
  /// Bytes that each sound takes for a moment.
  private let helpers: Int
  private var levels = TargetLevels()
  /// The longest sound, in frames, for which there is memory, and the longest one that has taken it.
  private var longest = (allowed: 0, done: 0)
  /// Nil once it is written.
  private var header: StreamHeader?

  /// - Parameters:
  ///   - input: at the limit's rate; stereo where there is an image, else mono.
  ///   - draws: what is drawn for a window of so many frames.
  ///   - outputs: the tracks that come out, of the separator's stems.
  ///   - findings: is told of what is found out.
  ///   - memory: bytes that a sound of so many frames takes, beside the weights.
  ///   - helpers: bytes that each sound takes beside that for a moment, whatever its length.
  init(
    _ input: NetworkInput, limit: WindowLimit, separator: WindowSeparator,
    draws: @escaping (_ window: Int, _ frames: Int) -> WindowDraws, outputs: [OutputTrack],
    findings: SeparationFindings, image: StereoImage?, writer: StreamWriter, progress: Progress,
    report: Report, helpers: Int, memory: @escaping (_ frames: Int) -> Int
  ) {
    self.input = input
    self.limit = limit
    self.separator = separator
    self.draws = draws
    self.outputs = outputs
    self.findings = findings
    self.image = image
    self.writer = writer
    self.progress = progress
    self.report = report
    self.helpers = helpers
    self.memory = memory
  }

  /// Separates the stream, from its header to its end.
  ///
  /// - Parameters:
  ///   - historyEntry: what the output's header says of this filter.
  ///   - silent: called at the end with the number of each prompt of which next to nothing was found.
  func run(historyEntry: HistoryEntry, silent: (Int) -> Void) throws {
    // Before the first byte goes out, where it can be known so early. What is too long is refused when it comes.
    let window = input.windowFrames
    try require(
      min(window ?? .max, input.frames ?? window ?? 0, limit.frames), isWindow: window != nil)
    let header = try input.outputHeader(
      tracks: outputs.map(\.track), channels: image == nil ? 1 : 2, historyEntry: historyEntry,
      advice: "Describe that sound in other words.")
    self.header = header
    // That of a whole track waits for the spans that are predicted in it. Windows cannot wait for those after them, nor
    // other tracks for this one.
    let waits =
      findings.expectsSpans && header.layout == .contiguous
      && header.tracks.count == outputs.count
    if !waits { try writeHeader() }
    while let passage = try input.next() {
      try separate(try samples(of: passage), of: passage)
    }
    levels.silent.forEach(silent)
    try writeHeader()
    var extra = input.endExtra
    if !waits, !findings.spans.isEmpty {
      extra["spans"] = .object(findings.spans.mapValues { .array($0) })
    }
    try writer.finish(extra: extra)
  }

  /// Writes the header, unless that is done.
  private func writeHeader() throws {
    guard var header else { return }
    self.header = nil
    for index in header.tracks.indices {
      guard let spans = findings.spans[header.tracks[index].name] else { continue }
      header.tracks[index].extra["spans"] = .array(spans)
    }
    try writer.write(header)
  }

  /// - Throws: `outOfMemory` where there is too little for a sound of so many frames.
  private func require(_ frames: Int, isWindow: Bool) throws(FilterError) {
    guard frames > longest.allowed else { return }
    let bytes = memory(frames) + helpers - (longest.done == 0 ? 0 : memory(longest.done))
    let seconds = (frames + limit.rate - 1) / limit.rate
    try AvailableMemory.require(
      bytes, for: "\(isWindow ? "a window" : "a sound") of \(seconds) s",
      advice: limit.advice(isWindow: isWindow))
    longest.allowed = frames
    report.estimateMemory(adding: bytes)
  }

  /// All of a passage, interleaved.
  ///
  /// - Throws: `badInput` where it is too long, as soon as that is known.
  private func samples(of passage: Passage) throws -> [Float] {
    let channels = image == nil ? 1 : 2
    let window = passage.segment?.index
    try limit.check(passage.length ?? 0, window: window)
    var samples: [Float] = []
    while let frames = try passage.next() {
      samples += frames
      let count = samples.count / channels
      try limit.check(count, window: window)
      // Of a sound whose length nobody has said, second by second.
      if count > longest.allowed + limit.rate { try require(count, isWindow: window != nil) }
    }
    return samples
  }

  /// - Parameter samples: all of the passage, interleaved.
  private func separate(_ samples: [Float], of passage: Passage) throws {
    let mix = MidSide(samples, isStereo: image != nil)
    let frames = mix.mid.count
    guard frames > 0 else { return }
    try require(frames, isWindow: passage.segment != nil)
    defer { longest.done = max(longest.done, frames) }
    levels.add(mix.mid)
    let start = Double(passage.start) / Double(limit.rate)
    func report(_ done: Double) {
      progress.update(
        done: passage.start + Int(done * Double(frames)), total: input.frames, rate: limit.rate)
    }
    try separator(
      mix.mid, draws: draws(passage.segment?.index ?? 0, frames),
      start: start, progress: report,
      found: { findings.add($0, window: passage.segment?.index, start: start) }
    ) { stem, sound in
      if case .target(let number) = stem { levels.add(sound, of: number) }
      let result = image?.restored(sound, mid: mix.mid, side: mix.side) ?? sound
      for output in outputs where output.stem == stem {
        try write(result, output.track.name, passage)
      }
    }
  }

  private func write(_ samples: [Float], _ track: String, _ passage: Passage) throws {
    try writeHeader()
    let channels = image == nil ? 1 : 2
    let frames = samples.count / channels
    for start in stride(from: 0, to: frames, by: Self.blockFrames) {
      let end = min(start + Self.blockFrames, frames)
      try writer.write(
        samples.span.extracting(start * channels..<end * channels), track: track,
        offset: passage.start + start, segment: passage.segment)
    }
  }
}

/// Half the sum of two channels, and half of what the left one has more; or a mono sound.
struct MidSide {
  let mid: [Float]
  /// Empty for a mono sound.
  let side: [Float]

  /// - Parameter samples: interleaved.
  init(_ samples: [Float], isStereo: Bool) {
    guard isStereo else {
      mid = samples
      side = []
      return
    }
    let frames = samples.count / 2
    mid = (0..<frames).map { 0.5 * (samples[2 * $0] + samples[2 * $0 + 1]) }
    side = (0..<frames).map { 0.5 * (samples[2 * $0] - samples[2 * $0 + 1]) }
  }
}
