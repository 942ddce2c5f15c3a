internal import Glibc

/// Spectrograms of tracks, all with the same colours for the same loudness.
struct SpectrogramDrawing {
  /// From the loudest colour to the softest, in decibels.
  private static let range = 60

  private let scale: FrequencyScale
  /// Decibels: [track][column][row].
  private let levels: [[[Float]]]

  /// - Parameters:
  ///   - frames: what the panels cover.
  ///   - width: the columns of a panel.
  init(_ tracks: [TrackSpectrum], scale: FrequencyScale, frames: Int, width: Int) {
    self.scale = scale
    let columnFrames = Float(max(1, frames)) / Float(width)
    levels = tracks.map { track in
      track.columns.stretched(to: width, frames: frames).map { column in
        column.rows.map { 10 * log10($0 / columnFrames) }
      }
    }
  }

  func draw(names: [String], _ layout: PictureLayout, on canvas: inout Canvas) {
    let loudest = self.levels.joined().joined().reduce(-Float.infinity) { top, level in
      level > top && level.isFinite ? level : top
    }
    let marks = [200, 500, 1000, 2000, 4000, 8000].filter { $0 < scale.top * 0.95 }.map { hertz in
      (scale.position(hertz), hertz < 1000 ? "\(Int(hertz))" : "\(Int(hertz / 1000))k")
    }
    let height = PictureLayout.panelHeight
    // Levels are told from the loudest spot of the picture on, which is at the top of the colours.
    let levels = stride(from: 0, through: Self.range, by: 20).map { level in
      (Double(height) * (1 - Double(level) / Double(Self.range)), level == 0 ? "0" : "-\(level)")
    }
    for (panel, columns) in self.levels.enumerated() {
      let rows = layout.rows(panel)
      for (x, column) in zip(layout.columns, columns) {
        for (row, level) in column.enumerated() {
          canvas[x, rows.upperBound - 1 - row] = Self.color(level - loudest)
        }
      }
      for row in 0..<height {
        let level = Float(Self.range) * (Float(row) / Float(height - 1) - 1)
        let y = rows.upperBound - 1 - row
        canvas.fill(x: layout.bar, y: y..<y + 1, Self.color(level))
      }
      layout.label(
        panel, name: names[panel], left: .init(unit: "Hz", marks: marks),
        right: .init(unit: "dB", marks: levels, distance: PictureLayout.barEnd), on: &canvas)
    }
  }

  /// The colour of a level in decibels below the loudest. Silence has none above it, and what is
  /// no number looks like it.
  private static func color(_ level: Float) -> UInt8 {
    let part = min(1, max(0, 1 + level / Float(range)))
    return Palette.floor + (part > 0 ? UInt8((part * Float(Palette.levels - 1)).rounded()) : 0)
  }
}
