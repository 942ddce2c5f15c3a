package import APCore
internal import Resampling
internal import SystemPackage

/// The work of `ap-encode`: a stream in, a sound file a track, or a window of a track, out.
package final class Encoding {
  private struct Output {
    let encoder: TrackEncoder
    /// nil for standard output.
    let file: PartialFile?
    /// Where it begins in the track, and how long it is where that is known: a window.
    var start = 0
    var length: Int?
  }

  private let options: EncodingOptions
  private let format: SoundFormat
  private let header: StreamHeader
  /// Frames a second of the files.
  private let rate: Int
  private let context: FilterContext
  /// The files that are being written, by track.
  private var outputs: [String: Output] = [:]
  /// Files that have all their bytes and wait for their names.
  private var complete: [PartialFile] = []
  /// The tracks to write, in the order of the stream's, or of a `.stem.mp4`.
  private let names: [String]
  /// What a `.stem.mp4` makes of them; nil for other files.
  private var stems: StemTracks?
  /// How many tracks more may have a thread of their own, beside the one that reads.
  private var threadsLeft: Int

  /// Reads the stream on standard input, and writes its tracks. No file has its name before all are
  /// complete and the stream has ended as it should.
  ///
  /// - Throws: `usage`; `cannotCreate` where a file exists or cannot be made; `badInput`, `cutInput`
  ///   and `aborted` for a stream that is not whole; `io`.
  package static func run(_ options: EncodingOptions, in context: FilterContext) throws {
    let format = try options.format()
    if options.template.isStandardOutput { try context.refuseTerminalOutput() }
    let reader = try context.openInput()
    let encoding = try Encoding(options, format, try reader.readHeader(), context)
    if options.template.misnames(format.container) {
      context.log.warning(
        "\(options.template.text) will hold \(format.container.rawValue): its name says otherwise.")
    }
    while let record = try reader.next() {
      if case .audio(let audio) = record { try encoding.take(audio) }
    }
    try encoding.finish()
  }

  private init(
    _ options: EncodingOptions, _ format: SoundFormat, _ header: StreamHeader,
    _ context: FilterContext
  ) throws(FilterError) {
    self.options = options
    self.format = format
    self.header = header
    self.context = context
    threadsLeft = context.settings.threads.map { $0 - 1 } ?? .max
    try Self.check(header, options)
    let all = header.tracks.map(\.name)
    let wanted = options.tracks.map(Set.init) ?? Set(all)
    if let unknown = options.tracks?.first(where: { !all.contains($0) }) {
      throw FilterError(
        .usage, "The stream has no track \"\(unknown)\".",
        advice: "It has: \(all.joined(separator: ", ")).")
    }
    stems =
      format.container == .stem
      ? try StemTracks(
        header.tracks.filter { wanted.contains($0.name) }, channels: header.channels) : nil
    names = stems?.names ?? all.filter(wanted.contains)
    rate = try options.rate(for: header, as: format)
    try options.check(format, rate: rate, channels: header.channels)
    guard header.layout == .contiguous || rate == header.rate else {
      throw FilterError(
        .usage, "Windows are written at the stream's rate, \(header.rate) Hz, not at \(rate) Hz.",
        advice: "Give --rate to ap-decode.")
    }
    guard !options.template.isStandardOutput else {
      try openStandardOutput()
      return
    }
    if stems != nil {
      try openFile(names, segment: nil, frames: outputFrames)
      return
    }
    try checkPaths()
    if header.layout == .contiguous {
      for name in names { try openFile([name], segment: nil, frames: outputFrames) }
    } else {
      // All wait for their names until the stream has ended.
      Syscalls.allowManyFiles()
    }
  }

  private static func check(
    _ header: StreamHeader, _ options: EncodingOptions
  ) throws(FilterError) {
    switch (header.layout, options.template.namesSegments) {
    case (.contiguous, false), (.windowed, true): break
    case (.windowed, false):
      throw FilterError(
        .badInput, "The stream is cut into windows.",
        advice: header.joining(
          before: "ap-encode", or: "put {segment} into -o for one file per window"))
    case (.contiguous, true):
      throw FilterError(
        .badInput, "The stream is not cut into windows that {segment} could count.",
        advice: "Put ap-segment before ap-encode.")
    }
  }

  /// - Throws: `usage` where two tracks would have one file.
  private func checkPaths() throws(FilterError) {
    var owners: [String: String] = [:]
    for name in names {
      let path = path(name, segment: nil)
      if let owner = owners.updateValue(name, forKey: path) {
        throw FilterError(
          .usage, "The tracks \(owner) and \(name) would both be \(path).",
          advice: "Put {track} into the template, or choose one track with --tracks.")
      }
    }
  }

  private func path(_ track: String, segment: Segment?) -> String {
    let index = header.tracks.firstIndex { $0.name == track } ?? 0
    return options.template.path(
      track: track, source: header.source?.file, index: index + 1, segment: segment?.index ?? 0)
  }

  /// Opens the file of a track, or of several that it holds.
  private func openFile(
    _ tracks: [String], segment: Segment?, frames: Int?, start: Int = 0
  ) throws(FilterError) {
    let path = path(tracks[0], segment: segment)
    try OutputFolder.prepare(for: path)
    let file = try PartialFile(for: path, overwriting: options.overwrites)
    for (track, sink) in zip(tracks, try sinks(path, file.descriptor, frames: frames)) {
      // Its last track ends it.
      outputs[track] = Output(
        encoder: try encoder(sink), file: track == tracks.last ? file : nil, start: start,
        length: segment?.length)
    }
  }

  private func openStandardOutput() throws(FilterError) {
    guard names.count == 1 || stems != nil else {
      throw FilterError(
        .usage,
        "Standard output takes one track, but the stream has \(names.joined(separator: ", ")).",
        advice: "Choose one with --tracks.")
    }
    var sinks: [any SoundSink] = []
    if format.container == .wav {
      sinks = [
        try WaveStream(
          .standardOutput, format: format, rate: rate, channels: header.channels,
          frames: outputFrames)
      ]
    } else {
      let last = try SpooledSound(.standardOutput) { spool throws(FilterError) in
        sinks = try self.sinks(SpooledSound.standardOutput, spool, frames: outputFrames)
        return sinks.removeLast()
      }
      sinks.append(last)
    }
    for (track, sink) in zip(names, sinks) {
      outputs[track] = Output(encoder: try encoder(sink), file: nil)
    }
  }

  /// What takes the samples of a file's tracks.
  private func sinks(
    _ name: String, _ file: FileDescriptor, frames: Int?
  ) throws(FilterError) -> [any SoundSink] {
    let tags = SourceTags.named(header.source?.tags ?? [:])
    guard format.container.isMP4 else {
      return [
        try SoundFile(
          name, file, format: format, rate: rate, channels: header.channels, frames: frames,
          tags: tags)
      ]
    }
    return try MP4File.begin(
      name, file, format: format, rate: rate, channels: header.channels, tags: tags,
      stems: stems?.metadata)
  }

  private func encoder(_ sink: any SoundSink) throws(FilterError) -> TrackEncoder {
    let resampler =
      rate == header.rate
      ? nil
      : try Resampler(
        from: header.rate, channels: header.channels, to: rate, channels: header.channels)
    let converter = SampleConverter(format, clip: options.clip, dithers: options.dithers)
    var sink = sink
    // Tracks that share a file write it by turns, in the same order each time.
    if threadsLeft > 0, stems == nil {
      sink = try BackgroundSink(sink, of: format.samples, channels: header.channels)
      threadsLeft -= 1
    }
    return TrackEncoder(
      sink, converter: converter, channels: header.channels, resampler: resampler,
      waits: options.clip == .gain)
  }

  /// The files' length; nil where the stream does not say it.
  private var outputFrames: Int? {
    header.frames.map { Resampler.outputFrames($0, from: header.rate, to: rate) }
  }

  private func take(_ audio: AudioRecord) throws(FilterError) {
    guard names.contains(audio.track) else { return }
    try addToMix(audio)
    if let segment = audio.segment, outputs[audio.track] == nil {
      try openFile([audio.track], segment: segment, frames: segment.length, start: audio.offset)
    }
    guard let output = outputs[audio.track] else { return }
    try output.encoder.take(audio.samples, at: audio.offset - output.start)
    context.progress.update(
      done: output.start + output.encoder.position, total: header.frames, rate: header.rate)
    if let length = output.length, output.encoder.position == length {
      outputs[audio.track] = nil
      try output.encoder.finish(length: length)
      try close(output)
    }
  }

  /// - Parameter audio: nil at the end of the stream.
  private func addToMix(_ audio: AudioRecord?) throws(FilterError) {
    guard let mix = outputs[StemTracks.mix]?.encoder else { return }
    try stems?.add(audio) { samples, start throws(FilterError) in
      try mix.take(samples, at: start)
    }
  }

  private func finish() throws(FilterError) {
    try addToMix(nil)
    let outputs = names.compactMap { self.outputs[$0] }
    let length = header.frames ?? outputs.map(\.encoder.position).max() ?? 0
    for output in outputs { try output.encoder.finish(length: length) }
    if options.clip == .gain { try applyGain(outputs.map(\.encoder)) }
    for output in outputs { try close(output) }
    for file in complete { try file.commit() }
    for file in complete { context.log.debug("wrote \(file.target)") }
    if let first = complete.first?.target ?? outputs.first?.encoder.sink.name {
      context.written = complete.count > 1 ? "\(first) and \(complete.count - 1) more" : first
    }
  }

  /// Writes what must come last. All files are on the disk before one has its name: it may be full only now.
  private func close(_ output: Output) throws(FilterError) {
    try output.encoder.sink.finish()
    if output.encoder.sink is BackgroundSink { threadsLeft += 1 }
    tellClipping(output.encoder)
    guard let file = output.file else { return }
    try file.flush()
    complete.append(file)
  }

  private func applyGain(_ encoders: [TrackEncoder]) throws(FilterError) {
    let peak = encoders.map(\.peak).max() ?? 0
    let most = SampleConverter.fullScale(format, dithers: options.dithers)
    guard peak.isFinite else {
      throw FilterError(
        .badInput, "A sample is infinite: no gain brings it to full scale.",
        advice: "Give --clip clamp.")
    }
    let gain = peak > most ? most / peak : 1
    if gain != 1 {
      context.log.info("Every sample is multiplied by \(gain), so that none clips.")
    }
    for encoder in encoders { try encoder.release(gain: gain) }
  }

  private func tellClipping(_ encoder: TrackEncoder) {
    guard encoder.clipped > 0 else { return }
    let count = encoder.clipped == 1 ? "1 sample was" : "\(encoder.clipped) samples were"
    context.log.warning(
      "\(encoder.sink.name): \(count) beyond full scale and clipped. --clip gain keeps them all.")
  }
}
