/// The order of channels in a file whose format has one of its own.
struct ChannelOrder: Hashable, Sendable {
  /// The stream's channel for each of the file's; nil where both have the same order.
  private let sources: [Int]?
  private var ordered: [Float] = []

  /// That of a stream, which is that of WAV and FLAC too.
  static let ofStream = ChannelOrder(sources: nil)

  /// That of Vorbis (Vorbis I, 4.3.9): the centre is the second of the front channels, sides come
  /// before backs, and the low frequencies are last.
  static func vorbis(channels: Int) -> ChannelOrder {
    switch channels {
    case 3: ChannelOrder(sources: [0, 2, 1])
    case 5: ChannelOrder(sources: [0, 2, 1, 3, 4])
    case 6: ChannelOrder(sources: [0, 2, 1, 4, 5, 3])
    case 7: ChannelOrder(sources: [0, 2, 1, 5, 6, 4, 3])
    case 8: ChannelOrder(sources: [0, 2, 1, 6, 7, 4, 5, 3])
    default: .ofStream
    }
  }

  private init(sources: [Int]?) {
    self.sources = sources
  }

  /// Gives `use` whole frames in the file's order.
  mutating func apply<Failure: Error>(
    to samples: Span<Float>, _ use: (Span<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    guard let sources else { return try use(samples) }
    if ordered.count < samples.count {
      ordered = Array(repeating: 0, count: samples.count)
    }
    for frame in stride(from: 0, to: samples.count, by: sources.count) {
      for (channel, source) in sources.enumerated() {
        ordered[frame + channel] = samples[frame + source]
      }
    }
    let result = ordered
    try use(result.span.extracting(first: samples.count))
  }
}
