/// Pixels that name colours of the ``Palette``.
struct Canvas {
  let width: Int
  let height: Int
  /// Row by row from the top: [height × width].
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: Palette.paper, count: width * height)
  }

  /// A pixel; outside there is none.
  subscript(x: Int, y: Int) -> UInt8 {
    get { pixels[y * width + x] }
    set { if x >= 0, x < width, y >= 0, y < height { pixels[y * width + x] = newValue } }
  }

  /// Fills a rectangle.
  mutating func fill(x: Range<Int>, y: Range<Int>, _ color: UInt8) {
    for y in y { for x in x { self[x, y] = color } }
  }

  /// Where a text lies beside its point.
  enum Alignment { case left, center, right }

  /// Writes text on paper, all of it: it is moved in from the edge, and made smaller where it is
  /// longer than its room.
  ///
  /// - Parameters:
  ///   - baseline: the row that letters stand on.
  ///   - size: the height of a digit in pixels.
  ///   - room: how wide it may be.
  mutating func write(
    _ text: String, x: Int, baseline: Int, size: Float, _ alignment: Alignment = .left,
    room: Int? = nil
  ) {
    guard !text.isEmpty else { return }
    let length = StrokeFont.width(of: text)
    let unit = min(size / StrokeFont.height, Float(room ?? self.width) / length)
    let size = unit * StrokeFont.height
    let width = length * unit
    var left = Float(x)
    switch alignment {
    case .left: break
    case .center: left -= width / 2
    case .right: left -= width
    }
    left = max(1, min(left, Float(self.width) - 1 - width))
    for character in text {
      let glyph = StrokeFont.glyph(character)
      for stroke in glyph.strokes {
        draw(
          from: (left + stroke.from.x * unit, Float(baseline) - stroke.from.y * unit),
          to: (left + stroke.to.x * unit, Float(baseline) - stroke.to.y * unit),
          radius: size * 0.075)
      }
      left += (glyph.width + StrokeFont.gap) * unit
    }
  }

  /// Draws a line with round ends, its edge smooth.
  private mutating func draw(from: (x: Float, y: Float), to: (x: Float, y: Float), radius: Float) {
    let reach = radius + 1
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let square = dx * dx + dy * dy
    for y in Int(min(from.y, to.y) - reach)...Int(max(from.y, to.y) + reach) {
      for x in Int(min(from.x, to.x) - reach)...Int(max(from.x, to.x) + reach) {
        guard x >= 0, x < width, y >= 0, y < height else { continue }
        let (px, py) = (Float(x) - from.x, Float(y) - from.y)
        let along = square > 0 ? min(1, max(0, (px * dx + py * dy) / square)) : 0
        let (ox, oy) = (px - along * dx, py - along * dy)
        let cover = min(1, max(0, radius + 0.5 - (ox * ox + oy * oy).squareRoot()))
        let ink = UInt8((cover * Float(Palette.ink)).rounded())
        if ink > self[x, y] { self[x, y] = ink }
      }
    }
  }
}
