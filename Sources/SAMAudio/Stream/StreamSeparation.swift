internal import APCore
internal import Resampling

/// The separation of a stream: one track or its windows in, a track for each sound that is asked for out.
final class StreamSeparation {
  /// The most frames in a record: tracks of a window take turns, so that no reader gets it all at once.
  private static let blockFrames = 65_536

  private let input: ModelInput
  private let limit: WindowLimit
  private let separator: WindowSeparator
  private let draws: (_ window: Int, _ frames: Int) -> WindowDraws
  private let outputs: [OutputTrack]
  /// Nil: the output is mono.
  private let image: StereoImage?
  private let writer: StreamWriter
  private let progress: Progress

  /// - Parameters:
  ///   - input: at the limit's rate; stereo where there is an image, else mono.
  ///   - draws: what is drawn for a window of so many frames.
  ///   - outputs: the tracks that come out, of the separator's stems.
  init(
    _ input: ModelInput, limit: WindowLimit, separator: WindowSeparator,
    draws: @escaping (_ window: Int, _ frames: Int) -> WindowDraws, outputs: [OutputTrack],
    image: StereoImage?, writer: StreamWriter, progress: Progress
  ) {
    self.input = input
    self.limit = limit
    self.separator = separator
    self.draws = draws
    self.outputs = outputs
    self.image = image
    self.writer = writer
    self.progress = progress
  }

  /// Separates the stream, from its header to its end.
  ///
  /// - Parameter historyEntry: what the output's header says of this filter.
  func run(historyEntry: HistoryEntry) throws {
    try writer.write(
      input.outputHeader(
        tracks: outputs.map(\.track), channels: image == nil ? 1 : 2, historyEntry: historyEntry))
    let extra = try input.forEachStretch { stretch in
      try WindowFeed(stretch, channels: image == nil ? 1 : 2, limit: limit) { samples in
        try self.separate(samples, of: stretch)
      }
    } passing: {
      try writer.write($0)
    }
    try writer.finish(extra: extra)
  }

  /// - Parameter samples: all of the stretch, interleaved.
  private func separate(_ samples: [Float], of stretch: ModelInput.Stretch) throws {
    let mix = MidSide(samples, isStereo: image != nil)
    let frames = mix.mid.count
    guard frames > 0 else { return }
    func report(_ done: Double) {
      progress.update(
        done: stretch.start + Int(done * Double(frames)), total: input.frames, rate: limit.rate)
    }
    try separator(
      mix.mid, draws: draws(stretch.segment?.index ?? 0, frames),
      start: Double(stretch.start) / Double(limit.rate), progress: report
    ) { stem, sound in
      let result = image?.restored(sound, mid: mix.mid, side: mix.side) ?? sound
      for output in outputs where output.stem == stem {
        try write(result, output.track.name, stretch)
      }
    }
  }

  private func write(_ samples: [Float], _ track: String, _ stretch: ModelInput.Stretch) throws {
    let channels = image == nil ? 1 : 2
    let frames = samples.count / channels
    for start in stride(from: 0, to: frames, by: Self.blockFrames) {
      let end = min(start + Self.blockFrames, frames)
      try writer.write(
        samples.span.extracting(start * channels..<end * channels), track: track,
        offset: stretch.start + start, segment: stretch.segment)
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
