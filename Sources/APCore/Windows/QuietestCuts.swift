/// Chooses a window's end among bounds, where the sound is quietest.
struct QuietestCuts: Sendable, Hashable {
  let lengths: ClosedRange<Int>
  let overlap: Int
  /// Frames over which quiet is judged.
  let block: Int

  /// The frames that must be known before a window is cut: so many that, wherever the cut falls,
  /// the rest makes a window that is long enough.
  var lookahead: Int {
    lengths.upperBound + lengths.lowerBound - overlap
  }

  /// The length of the next window.
  ///
  /// - Parameters:
  ///   - samples: what is known from the window's start on, interleaved.
  ///   - isLast: whether the track ends with them.
  /// - Returns: nil where more must be known first.
  func length(of samples: Span<Float>, channels: Int, isLast: Bool) -> Int? {
    let known = samples.count / channels
    if !isLast {
      return known < lookahead ? nil : quietest(in: lengths, of: samples, channels: channels)
    }
    guard known > lengths.upperBound else { return known }
    // Neither this window nor what it leaves may be too short, if that can be.
    let low = lengths.lowerBound
    let high = min(lengths.upperBound, known + overlap - lengths.lowerBound)
    guard low <= high else { return (known + overlap + 1) / 2 }
    return quietest(in: low...high, of: samples, channels: channels)
  }

  /// The end whose crossfade has its middle in the quietest block; the latest of equals.
  private func quietest(in ends: ClosedRange<Int>, of samples: Span<Float>, channels: Int) -> Int {
    var best = ends.upperBound
    var least = Double.infinity
    let middle = overlap / 2
    for end in stride(from: ends.lowerBound, through: ends.upperBound, by: block) {
      let centre = end - middle
      let frames =
        max(0, centre - block / 2)..<min(samples.count / channels, centre + block / 2 + 1)
      var energy = 0.0
      for index in frames.lowerBound * channels..<frames.upperBound * channels {
        energy += Double(samples[index]) * Double(samples[index])
      }
      energy /= Double(frames.count)
      if energy <= least {
        least = energy
        best = end
      }
    }
    return best
  }
}
