package import APCore
internal import CLibAV

/// The work of `ap-decode`: a file in, a stream out.
package enum Decoding {
  /// The frames of a record.
  static let blockFrames = 65_536

  /// Writes a file's sound to standard output as a stream with one track, `mix`.
  ///
  /// A regular file, or what must be put into one, is decoded twice: first to learn its exact length and its loudness, which stand
  /// in the header.
  ///
  /// - Parameter measuresLoudness: whether there is a first pass; without it the header does not
  ///   know the length.
  /// - Throws: `badInput` where the file is damaged, or changes between the passes; `usage`, `io`.
  package static func run(
    _ file: InputFile, options: DecodingOptions, measuresLoudness: Bool, in context: FilterContext
  ) throws(FilterError) {
    LibAV.setLogging(context.log.level)
    let output = try context.openOutput()
    try file.makeSeekable()
    guard file.isRegular else {
      return try send(file, options, Source(file: file.name), frames: nil, to: output, in: context)
    }
    let version = try file.version()
    do {
      var source = Source(file: file.name)
      var frames: Int?
      if measuresLoudness {
        (frames, source.loudness) = try measure(file, options) { done, total, rate in
          context.progress.update(done: done, total: total, rate: rate, stage: "measuring")
        }
      }
      source.sha256 = try file.sha256()
      try send(file, options, source, frames: frames, to: output, in: context) {
        () throws(FilterError) in
        if try file.version() != version { throw change(of: file) }
      }
    } catch {
      guard error.code == .badInput, try file.version() != version else { throw error }
      throw change(of: file)
    }
  }

  static func change(of file: InputFile) -> FilterError {
    FilterError(
      .badInput, "\(file.description) changed while it was being read.",
      advice: "Wait until it is complete.")
  }

  /// - Parameters:
  ///   - frames: the length that the first pass found.
  ///   - check: called before the stream's end is written.
  private static func send(
    _ file: InputFile, _ options: DecodingOptions, _ source: Source, frames: Int?,
    to output: StreamWriter, in context: FilterContext,
    check: () throws(FilterError) -> Void = {}
  ) throws(FilterError) {
    let reader = try AudioReader(file, options: options)
    var source = source
    source.rate = reader.sourceRate
    source.tags = reader.tags
    var block: [Float] = []
    // Before the header, so that what cannot be decoded at all gives no stream.
    try reader.read(into: &block, frames: blockFrames)
    try output.write(
      StreamHeader(
        channels: reader.channels, rate: reader.rate, frames: frames, tracks: [Track("mix")],
        history: [context.historyEntry], source: source))
    context.progress.begin(after: [])
    var offset = 0
    while !block.isEmpty {
      let count = block.count / reader.channels
      if let frames, offset + count > frames { throw change(of: file) }
      try output.write(block.span, track: "mix", offset: offset)
      offset += count
      context.progress.update(done: offset, total: frames, rate: reader.rate)
      try reader.read(into: &block, frames: blockFrames)
    }
    guard frames ?? offset == offset else { throw change(of: file) }
    let unknownTail = try reader.unknownTail()
    try check()
    try output.finish()
    tell(of: reader, file, unknownTail: unknownTail, in: context)
  }

  /// Says what a reader, read to its end, has met that its user may want to know.
  static func tell(
    of reader: AudioReader, _ file: InputFile, unknownTail: Int, in context: FilterContext
  ) {
    if reader.jumps > 0 {
      context.log.debug(
        "Jumps of the clock of \(file.description), with no page missing there: \(reader.jumps).")
    }
    if unknownTail > 0 {
      context.log.warning(
        "\(file.description) has \(unknownTail) bytes after its sound that are neither sound"
          + " nor a known tag; they are left out.")
    }
    if reader.damages > 0 {
      let places = reader.damages == 1 ? "1 place" : "\(reader.damages) places"
      context.log.warning(
        "\(file.description) is damaged in \(places);"
          + " \(reader.lostFrames) frames are silence in place of what was lost.")
    }
  }

  /// Decodes all that `options` ask for, and keeps only the figures.
  ///
  /// - Parameter progress: gets the frames that are done, about how many there are, and the rate.
  static func measure(
    _ file: InputFile, _ options: DecodingOptions,
    progress: (_ done: Int, _ total: Int?, _ rate: Int) -> Void = { _, _, _ in }
  ) throws(FilterError) -> (frames: Int, loudness: Loudness?) {
    let reader = try AudioReader(file, options: options)
    var meter = LoudnessMeter(channels: reader.channels)
    var block: [Float] = []
    repeat {
      try reader.read(into: &block, frames: blockFrames)
      meter.add(block.span)
      progress(meter.frames, reader.expectedFrames, reader.rate)
    } while !block.isEmpty
    return (meter.frames, usable(meter.loudness))
  }

  /// The figures, unless they are not numbers: a header has no word for those.
  static func usable(_ loudness: Loudness) -> Loudness? {
    loudness.mean.isFinite && loudness.std.isFinite ? loudness : nil
  }
}
