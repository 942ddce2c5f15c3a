package import APCore

/// What makes stems of a track that comes in block by block.
package protocol TrackSeparator {
  /// Takes the track's next frames, interleaved.
  mutating func push(_ samples: Span<Float>)

  /// Says that there are no more.
  mutating func finish()

  /// The next frames that nothing which follows will change; nil until more are pushed.
  ///
  /// - Throws: what its network throws.
  mutating func next() throws -> FinalFrames?
}

/// Frames of an output that nothing which follows in its track will change.
package struct FinalFrames {
  /// Which output.
  package let output: Int
  /// Their place in the track.
  package let offset: Int
  /// Interleaved.
  package let samples: [Float]

  /// The most that are given at once: outputs take turns, so that no reader waits long for one.
  package static let most = 65_536

  package init(output: Int, offset: Int, samples: [Float]) {
    self.output = output
    self.offset = offset
    self.samples = samples
  }
}

/// Writes the outputs of passages as they become final, and says how far they are.
package struct StemWriter {
  private let outputs: [StemOutput]
  private let channels: Int
  private let rate: Int
  private let total: Int?
  private let writer: StreamWriter
  private let progress: Progress

  /// - Parameters:
  ///   - channels: of each output.
  ///   - rate: of the frames.
  ///   - total: frames of the whole stream, where they are known.
  package init(
    _ outputs: [StemOutput], channels: Int, rate: Int, total: Int?, to writer: StreamWriter,
    progress: Progress
  ) {
    self.outputs = outputs
    self.channels = channels
    self.rate = rate
    self.total = total
    self.writer = writer
    self.progress = progress
  }

  /// Takes all frames of a source through a separator.
  ///
  /// - Parameter passage: where the source's frames are in the stream.
  package func write(
    _ separator: consuming some TrackSeparator, of source: some FrameSource, as passage: Passage
  ) throws {
    var separator = separator
    while let frames = try source.next() {
      separator.push(frames.span)
      try write(&separator, as: passage)
    }
    separator.finish()
    try write(&separator, as: passage)
  }

  private func write(_ separator: inout some TrackSeparator, as passage: Passage) throws {
    while let frames = try separator.next() {
      let offset = passage.start + frames.offset
      try writer.write(
        frames.samples.span, track: outputs[frames.output].name, offset: offset,
        segment: passage.segment)
      guard frames.output == outputs.count - 1 else { continue }
      progress.update(done: offset + frames.samples.count / channels, total: total, rate: rate)
    }
  }
}
