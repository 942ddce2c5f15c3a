internal import APCore

/// Takes the mean and the deviation of a track's mono mix, block by block, in double precision.
///
/// Each block is measured around its own mean and merged (Chan, Golub and LeVeque 1979), so that an
/// offset from zero costs no precision.
struct LoudnessMeter {
  private var count = 0.0
  private var mean = 0.0
  private var squares = 0.0

  /// Takes interleaved samples, [frames × channels].
  mutating func add(_ samples: Span<Float>, channels: Int) {
    let frames = samples.count / channels
    guard frames > 0 else { return }
    var sum = 0.0
    for index in 0..<frames * channels { sum += Double(samples[index]) }
    let blockMean = sum / Double(frames * channels)

    var blockSquares = 0.0
    var index = 0
    for _ in 0..<frames {
      var mix = 0.0
      for _ in 0..<channels {
        mix += Double(samples[index])
        index += 1
      }
      let deviation = mix / Double(channels) - blockMean
      blockSquares += deviation * deviation
    }

    let total = count + Double(frames)
    let delta = blockMean - mean
    squares += blockSquares + delta * delta * count * Double(frames) / total
    mean += delta * Double(frames) / total
    count = total
  }

  /// The figures; nil for fewer than two frames, which have no deviation.
  var loudness: Loudness? {
    guard count > 1, squares.isFinite else { return nil }
    return Loudness(mean: mean, std: (squares / (count - 1)).squareRoot())
  }
}
