/// Where things lie in a picture, in pixels. Panels lie under one another, each below its name, all
/// below the title, if there is one.
struct PictureLayout {
  let panels: Int
  let width: Int
  let title: String

  static let standardWidth = 1080
  static let panelHeight = 128
  private static let left = 56
  private static let right = 64
  private static let nameHeight = 28
  private static let axisHeight = 34
  private static let titleHeight = 32

  init(panels: Int, width: Int = Self.standardWidth, title: String = "") {
    self.panels = panels
    self.width = width
    self.title = title
  }

  var height: Int { top + panels * (Self.nameHeight + Self.panelHeight) + Self.axisHeight }

  private var top: Int { title.isEmpty ? 0 : Self.titleHeight }

  /// The columns of every panel.
  var columns: Range<Int> { Self.left..<width - Self.right }

  /// The rows of a panel, from the top.
  func rows(_ panel: Int) -> Range<Int> {
    let top = top + panel * (Self.nameHeight + Self.panelHeight) + Self.nameHeight
    return top..<top + Self.panelHeight
  }

  /// A scale beside each panel: its unit, and labels with where they stand, in rows from the panel's
  /// bottom.
  struct Scale {
    var unit: String
    var marks: [(position: Double, label: String)]
    /// Pixels between it and the panel.
    var distance = 0
  }

  /// Writes a panel's name above it, and a scale on each side.
  func label(_ panel: Int, name: String, left: Scale, right: Scale, on canvas: inout Canvas) {
    let rows = rows(panel)
    canvas.write(
      name, x: columns.lowerBound, baseline: rows.lowerBound - 9, size: 12, room: columns.count)
    draw(left, rows, edge: columns.lowerBound, side: -1, on: &canvas)
    draw(right, rows, edge: columns.upperBound, side: 1, on: &canvas)
  }

  private func draw(
    _ scale: Scale, _ rows: Range<Int>, edge: Int, side: Int, on canvas: inout Canvas
  ) {
    let alignment: Canvas.Alignment = side < 0 ? .right : .left
    let start = edge + side * scale.distance
    canvas.write(
      scale.unit, x: start + side * 9, baseline: rows.lowerBound - 9, size: 8.5, alignment)
    for (position, label) in scale.marks {
      let y = min(rows.upperBound - 1, rows.upperBound - Int(position.rounded()))
      let tick = side < 0 ? start - 5..<start : start..<start + 5
      canvas.fill(x: tick, y: y..<y + 1, Palette.line)
      canvas.write(label, x: start + side * 9, baseline: y + 4, size: 8.5, alignment)
    }
  }

  /// Marks spans of time above a panel, as a bar.
  ///
  /// - Parameter seconds: how long the panel is.
  func mark(
    _ panel: Int, _ spans: [(start: Double, end: Double)], of seconds: Double,
    on canvas: inout Canvas
  ) {
    let bottom = rows(panel).lowerBound - 1
    func column(_ time: Double) -> Int {
      columns.lowerBound + Int((min(time / seconds, 1) * Double(columns.count)).rounded())
    }
    for span in spans where span.start < seconds {
      let start = min(column(span.start), columns.upperBound - 1)
      canvas.fill(
        x: start..<max(start + 1, column(span.end)), y: bottom - Self.markHeight..<bottom,
        Palette.waveformCore)
    }
  }

  static let markHeight = 4

  /// Where a scale of colours is, between the panels and its labels.
  var bar: Range<Int> { columns.upperBound + 8..<columns.upperBound + Self.barEnd }

  static let barEnd = 18

  /// Writes the title, and draws the time line below the last panel.
  func drawFrame(seconds: Double, on canvas: inout Canvas) {
    canvas.write(
      title, x: columns.lowerBound, baseline: 24, size: 14, room: width - columns.lowerBound - 8)
    let top = rows(panels - 1).upperBound
    for mark in TimeAxis(seconds: seconds, most: max(1, columns.count / 80)).marks {
      let part = seconds > 0 ? mark.seconds / seconds : 0
      let x = columns.lowerBound + Int(part * Double(columns.count - 1))
      canvas.fill(x: x..<x + 1, y: top..<top + 6, Palette.line)
      canvas.write(mark.label, x: x, baseline: top + 20, size: 8.5, .center)
    }
  }
}
