/// The colours of a picture, as the bytes of its pixels name them.
enum Palette {
  /// From paper to ink: so text has smooth edges.
  static let inks = 16
  /// Steps of the colour map. More than one sees, fewer than would make the file large.
  static let levels = 48

  static let paper: UInt8 = 0
  static let ink = UInt8(inks - 1)
  /// The softest level; the loudest is `levels - 1` above.
  static let floor = UInt8(inks)
  static let waveform = UInt8(inks + levels)
  static let waveformCore = waveform + 1
  static let panel = waveform + 2
  static let line = waveform + 3

  /// Alpha, red, green and blue of each, from the highest byte on: [256].
  static let colors: [UInt32] = {
    var colors: [UInt32] = []
    for ink in 0..<inks {
      let part = Float(ink) / Float(inks - 1)
      colors.append(color(between: (255, 255, 255), and: (36, 32, 48), part))
    }
    for level in 0..<levels {
      let position = Float(level) / Float(levels - 1) * Float(heat.count - 1)
      let index = min(Int(position), heat.count - 2)
      colors.append(color(between: heat[index], and: heat[index + 1], position - Float(index)))
    }
    for rgb in [(171, 142, 205), (92, 46, 145), (246, 244, 250), (214, 208, 224)] as [RGB] {
      colors.append(color(between: rgb, and: rgb, 0))
    }
    return colors + [UInt32](repeating: 0xff00_0000, count: 256 - colors.count)
  }()

  private typealias RGB = (Float, Float, Float)

  /// Even steps of the colour map magma (Smith and van der Walt, CC0), whose lightness rises evenly.
  private static let heat: [RGB] = [
    (0, 0, 4), (28, 16, 68), (79, 18, 123), (129, 37, 129), (181, 54, 122), (229, 80, 100),
    (251, 135, 97), (254, 194, 135), (252, 253, 191),
  ]

  private static func color(between first: RGB, and second: RGB, _ part: Float) -> UInt32 {
    func mix(_ first: Float, _ second: Float) -> UInt32 {
      UInt32((first + (second - first) * part).rounded())
    }
    return 0xff00_0000 | mix(first.0, second.0) << 16 | mix(first.1, second.1) << 8
      | mix(first.2, second.2)
  }
}
