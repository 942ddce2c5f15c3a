package import APCore
internal import CLibAV
internal import Resampling

/// The work of `ap-decode`: a file in, a stream out.
package enum Decoding {
  /// The frames of a record.
  static let blockFrames = 65_536

  /// Writes a file's sound to standard output as a stream with one track, `mix`.
  ///
  /// A regular file, or what must be put into one, is read to its end first, to learn its exact length and its
  /// loudness, which stand in the header.
  ///
  /// - Parameter measuresLoudness: whether there is a header that says so much.
  /// - Throws: `badInput` where the file is damaged, changes meanwhile, or lacks what is asked for; `io`.
  package static func run(
    _ file: InputFile, options: DecodingOptions, measuresLoudness: Bool, in context: FilterContext
  ) throws(FilterError) {
    LibAV.setLogging(context.log.level)
    let output = try context.openOutput()
    try file.makeSeekable()
    guard file.isRegular, measuresLoudness else {
      return try pass(file, options, to: output, in: context)
    }
    var sound = MeasuredSound(options)
    let part = try sound.measure(file, in: context)
    var header = StreamHeader(
      channels: part.channels, rate: part.rate, frames: part.frames, tracks: [Track("mix")],
      history: [context.historyEntry])
    header.source = Source(
      file: file.name, sha256: part.sha256, rate: part.sourceRate, tags: part.tags,
      loudness: sound.loudness)
    try output.write(header)
    context.progress.begin(after: [])
    try sound.read(part) { samples, start throws(FilterError) in
      try output.write(samples, track: "mix", offset: start)
      context.progress.update(
        done: start + samples.count / part.channels, total: part.frames, rate: part.rate)
    }
    try output.finish()
    tell(part.findings, of: file, in: context)
  }

  /// Sends what is decoded as it comes, of a pipe or where nobody needs to know more.
  private static func pass(
    _ file: InputFile, _ options: DecodingOptions, to output: StreamWriter,
    in context: FilterContext
  ) throws(FilterError) {
    let findings = try file.holding(file.isRegular ? file.version() : nil) {
      () throws(FilterError) in try send(file, options, to: output, in: context)
    }
    try output.finish()
    tell(findings, of: file, in: context)
  }

  /// Writes all but the end of the stream.
  private static func send(
    _ file: InputFile, _ options: DecodingOptions, to output: StreamWriter,
    in context: FilterContext
  ) throws(FilterError) -> AudioReader.Findings {
    var input = try FastReader(file, options: options, threads: context.settings.threads)
    var block: [Float] = []
    // Before the header, so that what cannot be decoded at all gives no stream.
    try input.read(into: &block, frames: blockFrames)
    let reader = input.reader
    try output.write(
      StreamHeader(
        channels: reader.channels, rate: reader.rate, tracks: [Track("mix")],
        history: [context.historyEntry],
        source: Source(
          file: file.name, sha256: file.isRegular ? file.sha256() : nil,
          rate: reader.sourceRate, tags: reader.tags)))
    context.progress.begin(after: [])
    var offset = 0
    while !block.isEmpty {
      try output.write(block.span, track: "mix", offset: offset)
      offset += block.count / reader.channels
      context.progress.update(done: offset, total: nil, rate: reader.rate)
      try input.read(into: &block, frames: blockFrames)
    }
    return try input.reader.findings()
  }

  /// Says what a reader has met that its user may want to know.
  static func tell(
    _ findings: AudioReader.Findings, of file: InputFile, in context: FilterContext
  ) {
    if findings.jumps > 0 {
      context.log.debug(
        "Jumps of the clock of \(file.description), with no page missing there: \(findings.jumps).")
    }
    if findings.unknownTail > 0 {
      context.log.warning(
        "\(file.description) has \(findings.unknownTail) bytes after its sound that are neither sound"
          + " nor a known tag; they are left out.")
    }
    if findings.damages > 0 {
      let places = findings.damages == 1 ? "1 place" : "\(findings.damages) places"
      let frames = findings.lostFrames == 1 ? "1 frame is" : "\(findings.lostFrames) frames are"
      context.log.warning(
        findings.lostFrames > 0
          ? "\(file.description) is damaged in \(places); \(frames) silence in place of what was lost."
          : "\(file.description) is damaged in \(places); what cannot be decoded is left out.")
    }
    if let end = findings.cutEnd { context.log.warning(end.sentence(of: file.description)) }
  }
}
