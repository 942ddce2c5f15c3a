/// Where things lie in a picture, in pixels. Panels lie under one another, each below its name.
struct PictureLayout {
  let panels: Int

  static let panelWidth = 960
  static let panelHeight = 128
  private static let left = 56
  private static let right = 20
  private static let nameHeight = 28
  private static let axisHeight = 34

  var width: Int { Self.left + Self.panelWidth + Self.right }
  var height: Int { panels * (Self.nameHeight + Self.panelHeight) + Self.axisHeight }

  /// The columns of every panel.
  var columns: Range<Int> { Self.left..<Self.left + Self.panelWidth }

  /// The rows of a panel, from the top.
  func rows(_ panel: Int) -> Range<Int> {
    let top = panel * (Self.nameHeight + Self.panelHeight) + Self.nameHeight
    return top..<top + Self.panelHeight
  }

  /// Writes a panel's name above it, and marks beside it.
  ///
  /// - Parameter marks: labels, and where they stand in rows from the panel's bottom.
  func label(_ panel: Int, name: String, marks: [(Double, String)], on canvas: inout Canvas) {
    let rows = rows(panel)
    canvas.write(name, x: columns.lowerBound, baseline: rows.lowerBound - 9, size: 12)
    for (position, label) in marks {
      let y = min(rows.upperBound - 1, rows.upperBound - Int(position.rounded()))
      canvas.fill(x: columns.lowerBound - 5..<columns.lowerBound, y: y..<y + 1, Palette.line)
      canvas.write(label, x: columns.lowerBound - 9, baseline: y + 4, size: 8.5, .right)
    }
  }

  /// Draws the time line below the last panel.
  func drawAxis(seconds: Double, on canvas: inout Canvas) {
    let top = rows(panels - 1).upperBound
    for mark in TimeAxis(seconds: seconds, most: 12).marks {
      let part = seconds > 0 ? mark.seconds / seconds : 0
      let x = columns.lowerBound + Int(part * Double(Self.panelWidth - 1))
      canvas.fill(x: x..<x + 1, y: top..<top + 6, Palette.line)
      canvas.write(mark.label, x: x, baseline: top + 20, size: 8.5, .center)
    }
  }
}
