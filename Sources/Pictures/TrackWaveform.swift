/// One track's waveform while its sound passes.
struct TrackWaveform {
  /// How far the samples of all channels reach, zero included, and how strong they are.
  struct Reach: ColumnValue {
    var low: Float = 0
    var high: Float = 0
    /// The sum of their squares.
    var squares: Float = 0

    mutating func add(_ other: Self, part: Float) {
      low = min(low, other.low)
      high = max(high, other.high)
      squares += other.squares * part
    }
  }

  private let channels: Int
  private(set) var columns: Columns<Reach>
  /// The frame after the last one.
  private(set) var end = 0

  init(channels: Int, most: Int) {
    self.channels = channels
    columns = Columns(span: 16, empty: Reach(), most: most)
  }

  /// Takes the next samples.
  mutating func add(_ samples: Span<Float>, at offset: Int) {
    end = offset + samples.count / channels
    var frame = offset
    while frame < end {
      let stop = min(end, (frame / columns.span + 1) * columns.span)
      var reach = Reach()
      for index in (frame - offset) * channels..<(stop - offset) * channels {
        let sample = samples[index]
        reach.low = min(reach.low, sample)
        reach.high = max(reach.high, sample)
        reach.squares += sample * sample
      }
      columns.add(reach, at: frame)
      frame = stop
    }
  }
}
