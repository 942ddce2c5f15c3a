internal import APCore
internal import Mixing

/// The tracks of a stream as a `.stem.mp4` has them: the mix, then four stems.
struct StemTracks {
  /// The mix first, then the stems.
  let names: [String]
  let metadata: StemMetadata
  /// The mix as it becomes known; nil where the stream has one.
  private var sum: AlignedTracks?

  static let mix = "mix"
  /// The order that DJ software expects; tracks of other names stand where `other` does.
  private static let order = ["drums", "bass", "other", "vocals"]

  /// - Parameter tracks: those to write.
  /// - Throws: `usage` where they are not four stems, with or without a mix.
  init(_ tracks: [Track], channels: Int) throws(FilterError) {
    let stems = tracks.filter { $0.name != Self.mix }
    guard stems.count == 4 else {
      let list = tracks.map(\.name).joined(separator: ", ")
      throw FilterError(
        .usage, "A .stem.mp4 file holds four stems and their mix, but the tracks are \(list).",
        advice: "Choose four with --tracks, or make them with ap-mix.")
    }
    let places = stems.map { Self.order.firstIndex(of: $0.name) ?? 2 }
    let ordered = zip(places, stems).enumerated()
      .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
    names = [Self.mix] + ordered.map(\.name)
    metadata = StemMetadata(names: ordered.map { $0.prompt ?? $0.name })
    sum = stems.count == tracks.count ? AlignedTracks(count: 4, channels: channels) : nil
  }

  /// Takes a record of a stem, and gives what is then known of the mix.
  ///
  /// - Parameter audio: nil at the end of the stream.
  mutating func add(
    _ audio: AudioRecord?, give: ([Float], Int) throws(FilterError) -> Void
  ) throws(FilterError) {
    guard sum != nil else { return }
    if let audio, let index = names.dropFirst().firstIndex(of: audio.track) {
      try sum?.append(audio.samples.span, at: audio.offset, to: index - 1)
    }
    while let block = try sum?.next(isLast: audio == nil) {
      guard let samples = block.sum((0..<4).map { ($0, 1) }) else { continue }
      try give(samples, block.start)
    }
  }
}
