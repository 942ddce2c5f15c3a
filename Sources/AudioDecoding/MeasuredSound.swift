internal import APCore

/// The sound of files that were decoded to learn what a header says of them. What took time to decode is kept, so
/// that it is decoded once.
struct MeasuredSound {
  /// A file of which all is known.
  struct Part {
    let file: InputFile
    let rate: Int
    let channels: Int
    let frames: Int
    let tags: [String: String]
    let sourceRate: Int
    let sha256: String
    let findings: AudioReader.Findings
    fileprivate let version: InputFile.Version
    /// Whether its samples are among those that are kept.
    fileprivate let isKept: Bool
  }

  /// In the order of the files.
  private(set) var parts: [Part] = []
  private let options: DecodingOptions
  private let measurement = Measurement()

  init(_ options: DecodingOptions) {
    self.options = options
  }

  /// Decodes the next file, on all threads where its codec can use them.
  ///
  /// - Throws: `badInput` where the file is damaged, changes meanwhile, or lacks what is asked for; `io`.
  mutating func measure(_ file: InputFile, in context: FilterContext) throws(FilterError) -> Part {
    let version = try file.version()
    let part = try file.holding(version) { () throws(FilterError) in
      try take(file, version, in: context)
    }
    parts.append(part)
    return part
  }

  /// The figures of all that was measured, unless they are not numbers: a header has no word for those.
  var loudness: Loudness? {
    guard let loudness = measurement.meter?.loudness, loudness.mean.isFinite, loudness.std.isFinite
    else { return nil }
    return loudness
  }

  private func take(
    _ file: InputFile, _ version: InputFile.Version, in context: FilterContext
  ) throws(FilterError) -> Part {
    let isThreaded = context.settings.threads.map { $0 > 2 } ?? true
    // Two more threads are beside those of the codec.
    let threads = context.settings.threads.map { isThreaded ? $0 - 2 : $0 }
    var input = try FastReader(file, options: options, threads: threads)
    let digest = isThreaded ? try BackgroundDigest(of: file) : nil
    var block: [Float] = []
    try input.read(into: &block, frames: Decoding.blockFrames)
    let reader = input.reader
    // A chain of Ogg streams has others further on.
    let tags = reader.tags
    let (channels, keeps) = (reader.channels, !reader.isCheap)
    measurement.begin(channels: channels)
    // Threads of a codec wait for whoever takes what they have made: that does nothing else.
    let worker =
      isThreaded
      ? try BlockWorker(bytes: Decoding.blockFrames * channels * MemoryLayout<Float>.stride) {
        [measurement] in
        measurement.add(
          $0.assumingMemoryBound(to: Float.self).span, channels: channels, keeps: keeps)
      } : nil
    // After a failure, too, nobody else may have what it works on.
    defer { worker?.finish() }
    var frames = 0
    while !block.isEmpty {
      if let worker {
        block.withUnsafeBytes { bytes in
          worker.next().copyMemory(from: bytes)
          worker.handOver(bytes.count)
        }
      } else {
        measurement.add(block.span, channels: channels, keeps: keeps)
      }
      frames += block.count / channels
      context.progress.update(
        done: frames, total: reader.expectedFrames, rate: reader.rate, stage: "measuring")
      try input.read(into: &block, frames: Decoding.blockFrames)
    }
    worker?.finish()
    if let problem = measurement.takeProblem() {
      context.log.warning("\(problem.message) The sound is decoded a second time instead.")
    }
    let sha256 = if let digest { try digest.text() } else { try file.sha256() }
    return Part(
      file: file, rate: reader.rate, channels: channels, frames: frames, tags: tags,
      sourceRate: reader.sourceRate, sha256: sha256, findings: try input.reader.findings(),
      version: version, isKept: keeps)
  }

  /// Gives a part's sound block by block. The parts come in their order, each once.
  ///
  /// - Parameter use: gets interleaved samples and the place of their first frame in the part.
  /// - Throws: `badInput` where the file has changed; `io`; what `use` throws.
  func read(
    _ part: Part, _ use: (Span<Float>, _ start: Int) throws(FilterError) -> Void
  ) throws(FilterError) {
    guard part.isKept, let kept = measurement.kept else { return try decode(part, use) }
    var block: [Float] = []
    var start = 0
    while start < part.frames {
      try kept.take(into: &block)
      try use(block.span, start)
      start += block.count / part.channels
    }
  }

  private func decode(
    _ part: Part, _ use: (Span<Float>, _ start: Int) throws(FilterError) -> Void
  ) throws(FilterError) {
    try part.file.holding(part.version) { () throws(FilterError) in
      let reader = try AudioReader(part.file, options: options)
      var block: [Float] = []
      var done = 0
      repeat {
        try reader.read(into: &block, frames: Decoding.blockFrames)
        let frames = block.count / reader.channels
        guard reader.channels == part.channels, done + frames <= part.frames else {
          throw part.file.change
        }
        try use(block.span, done)
        done += frames
      } while !block.isEmpty
      guard done == part.frames else { throw part.file.change }
    }
  }
}
