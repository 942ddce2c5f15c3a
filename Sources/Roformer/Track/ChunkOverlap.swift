import Separation

/// A track that is separated chunk by chunk while its frames arrive, with memory that does not grow with the track.
///
/// It gives what MSST's `demix` gives with a batch of one: the track is reflected at both ends where it is long enough,
/// chunks are weighted by windows that fade in and out, and each frame is divided by its weights. A frame is final as
/// soon as no later chunk covers it. Places below are those of the reflected track.
struct ChunkOverlap: TrackSeparator {
  /// Separates a chunk: [channels, chunkFrames] into [stems, channels, chunkFrames].
  typealias Separator =
    (_ mix: UnsafePointer<Float>, _ stems: UnsafeMutablePointer<Float>) throws -> Void

  private let chunkFrames: Int
  private let step: Int
  /// What is reflected at either end, where the track is longer than both.
  private let border: Int
  private let channels: Int
  private let keptChannels: Int
  private let outputs: [StemOutput]
  private let stems: Int
  private let separate: Separator
  private let window: [Float]

  /// Frames that the track is said to have; nil where nobody says it.
  private let claimedLength: Int?
  /// Frames that have come.
  private var length = 0
  private var isOver = false
  /// What came before it was known whether the track is reflected.
  private var start: [Float] = []
  /// Whether it is; nil until that is known.
  private var isReflected: Bool?

  /// The mix, from what is still needed of it.
  private var mix: FrameWindow
  /// Of each stem and channel the weighted sum of the chunks, and in the last row the sum of their weights.
  private var sums: FrameWindow
  /// Where the next chunk starts.
  private var nextChunk = 0
  /// The output whose turn it is.
  private var turn = 0
  private var chunk: [Float]
  private var estimate: [Float]

  /// - Parameters:
  ///   - config: how the track is cut.
  ///   - length: frames of the track; nil where they are not known.
  ///   - keptChannels: how many of the channels are given.
  init(
    _ config: RoformerConfig, length: Int?, outputs: [StemOutput], keptChannels: Int,
    separate: @escaping Separator
  ) {
    chunkFrames = config.chunkFrames
    step = config.chunkFrames / config.overlap
    border = config.chunkFrames - step
    channels = config.channels
    stems = config.names.stems.count
    self.keptChannels = keptChannels
    self.outputs = outputs
    self.separate = separate
    claimedLength = length
    window = Self.window(config.chunkFrames)
    mix = FrameWindow(rows: channels)
    sums = FrameWindow(rows: stems * channels + 1)
    chunk = [Float](repeating: 0, count: channels * chunkFrames)
    estimate = [Float](repeating: 0, count: stems * channels * chunkFrames)
  }

  /// Bytes that it takes at most: a chunk and what is made of it, and the mix and the sums over twice as much and the
  /// reflected ends, twice, since they lie in arrays that grow.
  static func memory(_ config: RoformerConfig) -> Int {
    let rows = config.channels * (1 + config.names.stems.count) + 1
    return 9 * rows * config.chunkFrames * MemoryLayout<Float>.stride
  }

  private static func fade(_ chunkFrames: Int) -> Int { chunkFrames / 10 }

  /// Ones, with a linear fade at either end.
  private static func window(_ count: Int) -> [Float] {
    var window = [Float](repeating: 1, count: count)
    let fade = Self.fade(count)
    // As torch.linspace has it: the second half counts from the end.
    let rise = 1 / Float(max(1, fade - 1))
    for index in 0..<fade {
      let value = index < fade / 2 ? Float(index) * rise : 1 - Float(fade - 1 - index) * rise
      window[index] = value
      window[count - 1 - index] = value
    }
    return window
  }

  // MARK: Frames in

  /// Takes the next frames, interleaved.
  mutating func push(_ samples: Span<Float>) {
    precondition(!isOver, "push() comes before finish()")
    length += samples.count / channels
    guard isReflected == nil else { return mix.append(interleaved: samples) }
    for index in samples.indices { start.append(samples[index]) }
    // Reflection needs a frame more than it reflects.
    if length > 2 * border || (claimedLength ?? 0) > 2 * border && length > border {
      begin(isReflected: border > 0)
    }
  }

  /// Ends the track.
  mutating func finish() {
    isOver = true
    if isReflected == nil { begin(isReflected: false) }
    guard isReflected == true else { return }
    let last = mix.range.upperBound - 1
    var reflected: [Float] = []
    for frame in (last - border..<last).reversed() {
      for channel in 0..<channels {
        mix.with(row: channel, frames: frame..<frame + 1) { reflected.append($0[0]) }
      }
    }
    mix.append(interleaved: reflected.span)
  }

  private mutating func begin(isReflected: Bool) {
    self.isReflected = isReflected
    if isReflected {
      var reflected: [Float] = []
      for frame in (1...border).reversed() {
        reflected += start[frame * channels..<(frame + 1) * channels]
      }
      mix.append(interleaved: reflected.span)
    }
    let rest = start
    start = []
    mix.append(interleaved: rest.span)
  }

  // MARK: Frames out

  /// The next frames that are final, for which chunks are separated as needed; nil where more of the track is needed
  /// first, or all was given.
  ///
  /// - Throws: what separating a chunk throws.
  mutating func next() throws -> FinalFrames? {
    while true {
      if let frames = finalFrames() { return frames }
      guard isReflected != nil else { return nil }
      // The last chunk fades otherwise: a frame beyond this one shows that it is not the last.
      let known = mix.range.upperBound
      guard isOver ? nextChunk < known : nextChunk + chunkFrames < known else { return nil }
      try separateChunk()
    }
  }

  private mutating func separateChunk() throws {
    let end = mix.range.upperBound
    let frames = min(chunkFrames, end - nextChunk)
    load(frames)
    try chunk.withUnsafeBufferPointer { mix in
      try estimate.withUnsafeMutableBufferPointer { stems in
        if let mix = mix.baseAddress, let stems = stems.baseAddress { try separate(mix, stems) }
      }
    }
    sums.extend(to: nextChunk + frames)
    let shares = weights(frames, isFirst: nextChunk == 0, isLast: isOver && nextChunk + step >= end)
    let estimates = estimate
    let last = sums.rows - 1
    for row in 0...last {
      let start = row * chunkFrames
      sums.withMutable(row: row, frames: nextChunk..<nextChunk + frames) { sum in
        for index in sum.indices {
          sum[index] += row == last ? shares[index] : estimates[start + index] * shares[index]
        }
      }
    }
    nextChunk += step
  }

  /// The window of a chunk: the first one does not fade in, and the last one not out, unless it is the first.
  private func weights(_ frames: Int, isFirst: Bool, isLast: Bool) -> [Float] {
    let fade = Self.fade(chunkFrames)
    return (0..<frames).map { index in
      let isWhole =
        isFirst ? index < fade : isLast && index >= chunkFrames - fade
      return isWhole ? 1 : window[index]
    }
  }

  /// Copies the next chunk; beyond the track's end it is reflected, or silent where there is too little to reflect.
  private mutating func load(_ frames: Int) {
    let isReflected = frames > chunkFrames / 2
    for channel in 0..<channels {
      let start = channel * chunkFrames
      mix.with(row: channel, frames: nextChunk..<nextChunk + frames) { samples in
        for index in 0..<frames { chunk[start + index] = samples[index] }
        for index in frames..<max(frames, chunkFrames) {
          chunk[start + index] = isReflected ? samples[2 * (frames - 1) - index] : 0
        }
      }
    }
  }

  private mutating func finalFrames() -> FinalFrames? {
    let margin = isReflected == true ? border : 0
    let end = isOver ? min(nextChunk, mix.range.upperBound - margin) : nextChunk
    // What is reflected before the track is not given.
    sums.drop(before: min(margin, end))
    let first = sums.range.lowerBound
    guard first < end, first >= margin else {
      forget(before: min(nextChunk, first))
      return nil
    }
    let last = min(first + FinalFrames.most, end)
    let samples = interleaved(turn, first..<last)
    let result = FinalFrames(output: turn, offset: first - margin, samples: samples)
    turn = (turn + 1) % outputs.count
    if turn == 0 { sums.drop(before: last) }
    return result
  }

  /// Keeps what the end may reflect.
  private mutating func forget(before frame: Int) {
    mix.drop(before: min(frame, mix.range.upperBound - border - 1))
  }

  private func interleaved(_ index: Int, _ frames: Range<Int>) -> [Float] {
    let output = outputs[index]
    var samples = [Float](repeating: 0, count: frames.count * keptChannels)
    sums.with(row: sums.rows - 1, frames: frames) { weights in
      for channel in 0..<keptChannels {
        for (stem, gain) in output.sourceGains.enumerated() where gain != 0 {
          sums.with(row: stem * channels + channel, frames: frames) { sum in
            for frame in sum.indices where weights[frame] != 0 {
              samples[frame * keptChannels + channel] += gain * (sum[frame] / weights[frame])
            }
          }
        }
        guard output.mixGain != 0 else { continue }
        mix.with(row: channel, frames: frames) { mix in
          for frame in mix.indices {
            samples[frame * keptChannels + channel] += output.mixGain * mix[frame]
          }
        }
      }
    }
    return samples
  }
}
