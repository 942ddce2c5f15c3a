package import APCore
internal import Resampling
internal import SystemPackage

/// What `ap-encode` is to make of a stream.
package struct EncodingOptions: Sendable {
  /// Where the files go.
  package var template: OutputTemplate
  /// The kind of file; nil: what the template's extension says.
  package var container: SoundFormat.Container?
  /// How files hold samples; nil: the format's best.
  package var samples: SoundFormat.Samples?
  /// What happens to samples beyond full scale.
  package var clip = ClipMode.none
  /// Whether integer samples get noise of one step before they are rounded.
  package var dithers = false
  /// Frames a second of the files; nil: the stream's.
  package var rate: Int?
  /// The tracks to write; nil: all.
  package var tracks: [String]?
  /// Whether files may be replaced.
  package var overwrites = false

  /// The format's own way to hold samples, at the stream's rate.
  package init(template: OutputTemplate) {
    self.template = template
  }

  /// The format of the files.
  ///
  /// - Throws: `usage` where the options do not go together, or name no format.
  package func format() throws(FilterError) -> SoundFormat {
    guard let container = container ?? template.container else {
      throw FilterError(
        .usage, "\(template.text) does not say which format to write.",
        advice: "Give --format, or a template that ends in .wav, .flac, .ogg or .mp3.")
    }
    guard container == .wav || !template.isStandardOutput else {
      throw FilterError(
        .usage,
        "Standard output takes only WAV: \(container.rawValue) cannot be written in one go.",
        advice: "Give -o a file's name.")
    }
    let format = try SoundFormat(container, samples: samples)
    guard !dithers || format.isInteger else {
      throw FilterError(
        .usage, "--dither is for integer samples.", advice: "Give --bits 16 or 24 too.")
    }
    return format
  }
}

/// The work of `ap-encode`: a stream in, a sound file a track out.
package final class Encoding {
  private struct Output {
    let encoder: TrackEncoder
    /// nil for standard output.
    let file: PartialFile?
  }

  private let options: EncodingOptions
  private let format: SoundFormat
  private let header: StreamHeader
  private let context: FilterContext
  /// By track.
  private var outputs: [String: Output] = [:]
  /// In the order of the stream's tracks.
  private let names: [String]

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
    guard header.layout == .contiguous else {
      throw FilterError(
        .badInput, "The stream is cut into windows.", advice: "Put ap-xfade before ap-encode.")
    }
    let all = header.tracks.map(\.name)
    let wanted = options.tracks.map(Set.init) ?? Set(all)
    if let unknown = options.tracks?.first(where: { !all.contains($0) }) {
      throw FilterError(
        .usage, "The stream has no track \"\(unknown)\".",
        advice: "It has: \(all.joined(separator: ", ")).")
    }
    names = all.filter(wanted.contains)
    try format.check(rate: options.rate ?? header.rate, channels: header.channels)
    try options.template.isStandardOutput ? openStandardOutput() : openFiles(all)
  }

  private func openFiles(_ all: [String]) throws(FilterError) {
    var owners: [String: String] = [:]
    let paths = names.map { name in
      options.template.path(
        track: name, source: header.source?.file, index: (all.firstIndex(of: name) ?? 0) + 1)
    }
    for (name, path) in zip(names, paths) {
      if let owner = owners.updateValue(name, forKey: path) {
        throw FilterError(
          .usage, "The tracks \(owner) and \(name) would both be \(path).",
          advice: "Put {track} into the template, or choose one track with --tracks.")
      }
    }
    for (name, path) in zip(names, paths) {
      try OutputFolder.prepare(for: path)
      let file = try PartialFile(for: path, overwriting: options.overwrites)
      let sink = try SoundFile(
        path, file.descriptor, format: format, rate: rate, channels: header.channels,
        frames: outputFrames, tags: header.source?.tags ?? [:])
      try open(name, sink, file)
    }
  }

  private func openStandardOutput() throws(FilterError) {
    guard let name = names.first, names.count == 1 else {
      throw FilterError(
        .usage,
        "Standard output takes one track, but the stream has \(names.joined(separator: ", ")).",
        advice: "Choose one with --tracks.")
    }
    let sink = try WaveStream(
      .standardOutput, format: format, rate: rate, channels: header.channels, frames: outputFrames)
    try open(name, sink, nil)
  }

  private func open(
    _ name: String, _ sink: any SoundSink, _ file: PartialFile?
  ) throws(FilterError) {
    let resampler =
      rate == header.rate
      ? nil
      : try Resampler(
        from: header.rate, channels: header.channels, to: rate, channels: header.channels)
    let converter = SampleConverter(format, clip: options.clip, dithers: options.dithers)
    let encoder = try TrackEncoder(
      sink, converter: converter, channels: header.channels, resampler: resampler,
      spools: options.clip == .gain)
    outputs[name] = Output(encoder: encoder, file: file)
  }

  private var rate: Int { options.rate ?? header.rate }

  /// The files' length; nil where the stream does not say it.
  private var outputFrames: Int? {
    header.frames.map { Resampler.outputFrames($0, from: header.rate, to: rate) }
  }

  private func take(_ audio: AudioRecord) throws(FilterError) {
    guard let output = outputs[audio.track] else { return }
    try output.encoder.take(audio.samples, at: audio.offset)
    context.progress.update(
      done: output.encoder.position, total: header.frames, rate: header.rate)
  }

  private func finish() throws(FilterError) {
    let outputs = names.compactMap { self.outputs[$0] }
    let length = header.frames ?? outputs.map(\.encoder.position).max() ?? 0
    for output in outputs { try output.encoder.finish(length: length) }
    if options.clip == .gain { try applyGain(outputs.map(\.encoder)) }
    for output in outputs {
      try output.encoder.sink.finish()
      // All of them before one has its name: the disk may be full only now.
      try output.file?.flush()
      tellClipping(output.encoder)
    }
    for output in outputs { try output.file?.commit() }
    for output in outputs { context.log.debug("wrote \(output.encoder.sink.name)") }
    if let first = outputs.first?.encoder.sink.name {
      context.written = outputs.count == 1 ? first : "\(first) and \(outputs.count - 1) more"
    }
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
