/// One track's spectrogram while its sound passes.
struct TrackSpectrum {
  /// Power times frames, a row a value.
  struct Energy: ColumnValue {
    var rows: [Float]

    mutating func add(_ other: Self, part: Float) {
      for row in rows.indices { rows[row] += other.rows[row] * part }
    }
  }

  private let analyzer: SpectrumAnalyzer
  private let channels: Int
  private(set) var columns: Columns<Energy>
  /// Sound that stretches yet to be measured reach into, and its first frame.
  private var samples: [Float]
  private var start: Int
  /// The frame after the last one.
  private(set) var end = 0
  /// The middle of the next stretch.
  private var middle = 0

  init(_ analyzer: SpectrumAnalyzer, rows: Int, channels: Int, most: Int) {
    self.analyzer = analyzer
    self.channels = channels
    columns = Columns(
      span: max(1, analyzer.length / 16),
      empty: Energy(rows: [Float](repeating: 0, count: rows)), most: most)
    start = -analyzer.length / 2
    samples = [Float](repeating: 0, count: analyzer.length / 2 * channels)
  }

  /// From one stretch to the next: as fine as the columns, but a quarter of a stretch at most.
  private var hop: Int { min(columns.span, analyzer.length / 4) }

  /// Takes the next samples; what lies between them and the last ones is silence.
  mutating func add(_ next: Span<Float>, at offset: Int) {
    let gap = offset - end
    if gap > analyzer.length {
      pad(analyzer.length)
      measure()
      middle = max(0, offset - analyzer.length / 2) / hop * hop
      start = middle - analyzer.length / 2
      samples = [Float](repeating: 0, count: (offset - start) * channels)
    } else {
      pad(gap)
    }
    // A long record is taken in pieces, so that it is not held twice.
    let piece = 16_384 * channels
    for begin in stride(from: 0, to: next.count, by: piece) {
      let part = next.extracting(begin..<min(next.count, begin + piece))
      for index in part.indices { samples.append(part[index]) }
      measure()
    }
    end = offset + next.count / channels
  }

  /// Measures what is left; no sound follows.
  mutating func finish() {
    pad(analyzer.length / 2)
    measure(before: end)
  }

  private mutating func pad(_ frames: Int) {
    samples.append(contentsOf: repeatElement(0, count: frames * channels))
  }

  private mutating func measure(before limit: Int = .max) {
    let reach = start + samples.count / channels - analyzer.length / 2
    while middle <= reach, middle < limit {
      let first = middle - analyzer.length / 2 - start
      var powers = analyzer.powers(of: samples, from: first, channels: channels)
      let hop = hop
      for row in powers.indices { powers[row] *= Float(hop) }
      columns.add(Energy(rows: powers), at: middle)
      middle = (middle / self.hop + 1) * self.hop
    }
    let done = min(samples.count, max(0, middle - analyzer.length / 2 - start) * channels)
    samples.removeFirst(done)
    start += done / channels
  }
}
