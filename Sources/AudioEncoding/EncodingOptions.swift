package import APCore

/// What `ap-encode` is to make of a stream.
package struct EncodingOptions: Sendable {
  /// A rate that is asked for.
  package enum Rate: Sendable, Hashable {
    /// So many frames a second.
    case hertz(Int)
    /// That of the file from which the stream came.
    case source
  }

  /// Where the files go.
  package var template: OutputTemplate
  /// The kind of file; nil: what the template's extension says.
  package var container: SoundFormat.Container?
  /// How files hold samples; nil: the format's best.
  package var samples: SoundFormat.Samples?
  /// Bits a second of a lossy codec; nil: as many as a fixed quality takes, or as AAC usually has.
  package var bitRate: Int?
  /// What happens to samples beyond full scale.
  package var clip = ClipMode.none
  /// Whether integer samples get noise of one step before they are rounded.
  package var dithers = false
  /// Frames a second of the files; nil: the stream's.
  package var rate: Rate?
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
        advice: "Give --format, or a template that ends in .wav, .flac, .ogg, .opus, .mp3, .m4a, "
          + ".stem.mp4 or .aiff." + (template.folderAdvice.map { " \($0)" } ?? ""))
    }
    let format = try SoundFormat(container, samples: samples, bitRate: bitRate)
    guard !dithers || format.isInteger else {
      throw FilterError(
        .usage, "--dither is for integer samples.", advice: "Give --bits 16 or 24 too.")
    }
    guard !template.namesSegments || clip != .gain else {
      throw FilterError(
        .usage, "--clip gain needs all windows at once, which {segment} writes one by one.",
        advice: "Join them with ap-xfade first.")
    }
    guard container != .stem || !template.namesTracks && !template.namesSegments else {
      throw FilterError(
        .usage, "A .stem.mp4 file holds all tracks, and none of them can name it.",
        advice: "Leave {track}, {index} and {segment} out.")
    }
    return format
  }

  /// Holds what the files will have to what their format can.
  ///
  /// - Throws: `usage`; `badInput` where it is one song's own rate that others need not have.
  func check(_ format: SoundFormat, rate: Int, channels: Int) throws(FilterError) {
    do {
      try format.check(rate: rate, channels: channels)
    } catch {
      guard self.rate == .source else { throw error }
      throw FilterError(.badInput, error.message, advice: error.advice)
    }
  }

  /// Frames a second of the files.
  ///
  /// - Throws: `usage` where nobody knows that of the source.
  func rate(for header: StreamHeader, as format: SoundFormat) throws(FilterError) -> Int {
    switch rate {
    case .hertz(let rate): return rate
    case nil: return format.rate(for: header.rate)
    case .source:
      guard let rate = header.source?.rate else {
        throw FilterError(
          .usage, "The stream does not say the rate of its source.",
          advice: "Give --rate a number of Hz.")
      }
      return format.rate(for: rate)
    }
  }
}
