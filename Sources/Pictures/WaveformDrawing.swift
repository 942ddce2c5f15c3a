internal import Glibc

/// Waveforms of tracks, all on the same scale.
struct WaveformDrawing {
  /// What is drawn of a column: from the lowest sample to the highest, and how strong it is.
  private struct Bar {
    var low: Float
    var high: Float
    var rms: Float
  }

  private let bars: [[Bar]]

  /// - Parameters:
  ///   - frames: what the panels cover.
  ///   - width: the columns of a panel.
  init(_ tracks: [TrackWaveform], frames: Int, channels: Int, width: Int) {
    let samples = Float(max(1, frames)) / Float(width) * Float(channels)
    bars = tracks.map { track in
      track.columns.stretched(to: width, frames: frames).map { column in
        Bar(
          low: column.low, high: column.high, rms: (column.squares / samples).squareRoot())
      }
    }
  }

  func draw(names: [String], _ layout: PictureLayout, on canvas: inout Canvas) {
    let peak = bars.joined().reduce(Float(0)) { peak, bar in
      let reach = max(-bar.low, bar.high)
      return reach.isFinite ? max(peak, reach) : peak
    }
    let (full, label) = Self.scale(peak)
    for (panel, columns) in bars.enumerated() {
      let rows = layout.rows(panel)
      canvas.fill(x: layout.columns, y: rows, Palette.panel)
      let half = Float(rows.count - 1) / 2
      func y(_ value: Float) -> Int {
        let part = min(1, max(-1, value / full))
        return rows.lowerBound + Int((half - part * half).rounded())
      }
      for (x, bar) in zip(layout.columns, columns) {
        canvas.fill(x: x..<x + 1, y: y(bar.high)..<y(bar.low) + 1, Palette.waveform)
        let core = y(min(bar.rms, bar.high))..<y(max(-bar.rms, bar.low)) + 1
        canvas.fill(x: x..<x + 1, y: core, Palette.waveformCore)
      }
      let middle = Double(rows.count) / 2
      let marks = [(Double(rows.count), label), (middle, "0"), (1, "-\(label)")]
      // Of full scale, 1.0.
      let top = 20 * log10(Double(full))
      let levels = [0.0, 6, 12].map { below -> (Double, String) in
        let level = (top - below).rounded()
        let height = middle * pow(10, (level - top) / 20)
        return (middle + min(middle, height), level == 0 ? "0" : "\(Int(level))")
      }
      layout.label(
        panel, name: names[panel], left: .init(unit: "", marks: marks),
        right: .init(unit: "dB", marks: levels), on: &canvas)
    }
  }

  /// The height of a panel's half: the next round number, which the axis can name.
  private static func scale(_ peak: Float) -> (Float, String) {
    let steps: [(Float, String)] = [
      (0.001, "0.001"), (0.002, "0.002"), (0.005, "0.005"), (0.01, "0.01"), (0.02, "0.02"),
      (0.05, "0.05"), (0.1, "0.1"), (0.2, "0.2"), (0.5, "0.5"), (1, "1"), (2, "2"), (5, "5"),
    ]
    // Silence is shown on the scale of full sound.
    if peak == 0 { return (1, "1") }
    if let step = steps.first(where: { $0.0 >= peak }) { return step }
    var power = 1
    while Double(peak) > pow(10, Double(power)) { power += 1 }
    return (Float(min(pow(10, Double(power)), Double(Float.greatestFiniteMagnitude))), "1e\(power)")
  }
}
