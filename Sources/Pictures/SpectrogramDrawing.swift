internal import Glibc

/// Spectrograms of tracks, all with the same colours for the same loudness.
struct SpectrogramDrawing {
  /// From the loudest colour to the softest, in decibels.
  private static let range: Float = 60

  private let scale: FrequencyScale
  /// Decibels: [track][column][row].
  private let levels: [[[Float]]]

  /// - Parameter frames: what the panels cover.
  init(_ tracks: [TrackSpectrum], scale: FrequencyScale, frames: Int) {
    self.scale = scale
    let width = PictureLayout.panelWidth
    let columnFrames = Float(max(1, frames)) / Float(width)
    levels = tracks.map { track in
      track.columns.stretched(to: width, frames: frames).map { column in
        column.rows.map { 10 * log10($0 / columnFrames) }
      }
    }
  }

  func draw(names: [String], _ layout: PictureLayout, on canvas: inout Canvas) {
    let loudest = levels.joined().joined().reduce(-Float.infinity) { top, level in
      level > top && level.isFinite ? level : top
    }
    let marks = [200, 500, 1000, 2000, 4000, 8000].filter { $0 < scale.top * 0.95 }.map { hertz in
      (scale.position(hertz), hertz < 1000 ? "\(Int(hertz))" : "\(Int(hertz / 1000))k")
    }
    for (panel, columns) in levels.enumerated() {
      let rows = layout.rows(panel)
      for (x, column) in zip(layout.columns, columns) {
        for (row, level) in column.enumerated() {
          canvas[x, rows.upperBound - 1 - row] = Self.color(level - loudest)
        }
      }
      layout.label(panel, name: names[panel], marks: marks, on: &canvas)
    }
  }

  /// The colour of a level in decibels below the loudest. Silence has none above it, and what is
  /// no number looks like it.
  private static func color(_ level: Float) -> UInt8 {
    let part = min(1, max(0, 1 + level / range))
    return Palette.floor + (part > 0 ? UInt8((part * Float(Palette.levels - 1)).rounded()) : 0)
  }
}
