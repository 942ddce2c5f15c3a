internal import Glibc

/// Letters made of lines and arcs, for names of tracks, for axes and for titles: it needs no font file.
///
/// A digit is 6 units high, a small letter 4; y is upwards from the line that letters stand on.
enum StrokeFont {
  /// A straight piece of a letter.
  struct Stroke {
    var from: (x: Float, y: Float)
    var to: (x: Float, y: Float)
  }

  /// A letter.
  struct Glyph {
    /// Where it ends on the right.
    var width: Float
    var strokes: [Stroke]
  }

  static let height: Float = 6
  /// Between two letters.
  static let gap: Float = 1.7

  /// The letter; a box for one that is not here.
  static func glyph(_ character: Character) -> Glyph {
    glyphs[character] ?? box
  }

  /// The width of a text in units.
  static func width(of text: String) -> Float {
    text.reduce(-gap) { $0 + glyph($1).width + gap }
  }

  private enum Shape {
    /// From one point to another.
    case line(Float, Float, Float, Float)
    /// Around a point with two radii, from one angle to another in degrees against the clock.
    case arc(Float, Float, Float, Float, Float, Float)

    var strokes: [Stroke] {
      switch self {
      case .line(let x, let y, let x2, let y2): return [Stroke(from: (x, y), to: (x2, y2))]
      case .arc(let x, let y, let width, let height, let first, let last):
        let points = (0...16).map { step -> (x: Float, y: Float) in
          let angle = (first + (last - first) * Float(step) / 16) * .pi / 180
          return (x + width * cos(angle), y + height * sin(angle))
        }
        return zip(points, points.dropFirst()).map { Stroke(from: $0, to: $1) }
      }
    }
  }

  private static let box = Glyph(
    width: 3,
    strokes: [.line(0, 0, 0, 6), .line(0, 6, 3, 6), .line(3, 6, 3, 0), .line(3, 0, 0, 0)]
      .flatMap(\Shape.strokes))

  private static let glyphs = letters.merging(capitals) { first, _ in first }
    .merging(signs) { first, _ in first }.mapValues { shape in
      Glyph(width: shape.0, strokes: shape.1.flatMap(\.strokes))
    }

  private static let bowl = Shape.arc(1.8, 2, 1.8, 2, 0, 360)
  private static let arch = Shape.arc(1.7, 2.3, 1.7, 1.7, 180, 0)

  private static let letters: [Character: (Float, [Shape])] = [
    "a": (3.6, [bowl, .line(3.6, 4, 3.6, 0)]),
    "b": (3.6, [bowl, .line(0, 6, 0, 0)]),
    "c": (3.1, [.arc(1.8, 2, 1.8, 2, 45, 315)]),
    "d": (3.6, [bowl, .line(3.6, 6, 3.6, 0)]),
    "e": (3.6, [.arc(1.8, 2, 1.8, 2, 0, 315), .line(0, 2, 3.6, 2)]),
    "f": (2.1, [.line(0.8, 0, 0.8, 4.8), .arc(2, 4.8, 1.2, 1.2, 180, 80), .line(0, 4, 2, 4)]),
    "g": (
      3.6, [bowl, .line(3.6, 4, 3.6, -0.4), .arc(1.8, -0.4, 1.8, 1.6, 0, -140)]
    ),
    "h": (3.4, [.line(0, 6, 0, 0), arch, .line(3.4, 2.3, 3.4, 0)]),
    "i": (0, [.line(0, 4, 0, 0), .line(0, 5.6, 0, 5.8)]),
    "j": (1, [.line(1, 4, 1, -1), .arc(0.1, -1, 0.9, 1, 0, -90), .line(1, 5.6, 1, 5.8)]),
    "k": (3.1, [.line(0, 6, 0, 0), .line(3, 4, 0, 1.5), .line(1.1, 2.4, 3.1, 0)]),
    "l": (0, [.line(0, 6, 0, 0)]),
    "m": (
      5.6,
      [
        .line(0, 4, 0, 0), .arc(1.4, 2.6, 1.4, 1.4, 180, 0), .line(2.8, 2.6, 2.8, 0),
        .arc(4.2, 2.6, 1.4, 1.4, 180, 0), .line(5.6, 2.6, 5.6, 0),
      ]
    ),
    "n": (3.4, [.line(0, 4, 0, 0), arch, .line(3.4, 2.3, 3.4, 0)]),
    "o": (3.6, [bowl]),
    "p": (3.6, [bowl, .line(0, 4, 0, -2)]),
    "q": (3.6, [bowl, .line(3.6, 4, 3.6, -2)]),
    "r": (2.1, [.line(0, 4, 0, 0), .arc(1.6, 2.4, 1.6, 1.6, 180, 70)]),
    "s": (2.8, [.arc(1.4, 3, 1.3, 1, 40, 270), .arc(1.4, 1, 1.4, 1, 90, -140)]),
    "t": (2.2, [.line(0.9, 5.4, 0.9, 1.1), .arc(2, 1.1, 1.1, 1.1, 180, 280), .line(0, 4, 2.2, 4)]),
    "u": (3.4, [.line(0, 4, 0, 1.7), .arc(1.7, 1.7, 1.7, 1.7, 180, 360), .line(3.4, 4, 3.4, 0)]),
    "v": (3.4, [.line(0, 4, 1.7, 0), .line(1.7, 0, 3.4, 4)]),
    "w": (
      5.2,
      [.line(0, 4, 1.3, 0), .line(1.3, 0, 2.6, 4), .line(2.6, 4, 3.9, 0), .line(3.9, 0, 5.2, 4)]
    ),
    "x": (3.2, [.line(0, 4, 3.2, 0), .line(0, 0, 3.2, 4)]),
    "y": (3.4, [.line(0, 4, 1.7, 0), .line(3.4, 4, 0.85, -2)]),
    "z": (3, [.line(0, 4, 3, 4), .line(3, 4, 0, 0), .line(0, 0, 3, 0)]),
  ]

  private static let capitals: [Character: (Float, [Shape])] = [
    "A": (4.2, [.line(0, 0, 2.1, 6), .line(2.1, 6, 4.2, 0), .line(0.8, 2.2, 3.4, 2.2)]),
    "B": (
      3.6,
      [
        .line(0, 0, 0, 6), .line(0, 6, 1.8, 6), .line(0, 3.1, 2, 3.1), .line(0, 0, 2, 0),
        .arc(1.8, 4.55, 1.5, 1.45, 90, -90), .arc(2, 1.55, 1.6, 1.55, 90, -90),
      ]
    ),
    "C": (4.4, [.arc(2.8, 3, 2.8, 3, 50, 310)]),
    "D": (
      4.2,
      [.line(0, 0, 0, 6), .line(0, 6, 1.4, 6), .line(0, 0, 1.4, 0), .arc(1.4, 3, 2.8, 3, 90, -90)]
    ),
    "E": (
      3.4, [.line(0, 0, 0, 6), .line(0, 6, 3.4, 6), .line(0, 3.1, 3, 3.1), .line(0, 0, 3.4, 0)]
    ),
    "F": (3.3, [.line(0, 0, 0, 6), .line(0, 6, 3.3, 6), .line(0, 3.1, 2.8, 3.1)]),
    "G": (
      4.8, [.arc(2.8, 3, 2.8, 3, 50, 325), .line(2.9, 2.6, 4.8, 2.6), .line(4.8, 2.6, 4.8, 0.9)]
    ),
    "H": (4, [.line(0, 0, 0, 6), .line(4, 0, 4, 6), .line(0, 3, 4, 3)]),
    "I": (0, [.line(0, 0, 0, 6)]),
    "J": (2.6, [.line(2.6, 6, 2.6, 1.4), .arc(1.3, 1.4, 1.3, 1.4, 0, -160)]),
    "K": (3.9, [.line(0, 0, 0, 6), .line(3.7, 6, 0, 2.2), .line(1.4, 3.6, 3.9, 0)]),
    "L": (3.2, [.line(0, 6, 0, 0), .line(0, 0, 3.2, 0)]),
    "M": (5, [.line(0, 0, 0, 6), .line(0, 6, 2.5, 1.6), .line(2.5, 1.6, 5, 6), .line(5, 6, 5, 0)]),
    "N": (4.2, [.line(0, 0, 0, 6), .line(0, 6, 4.2, 0), .line(4.2, 0, 4.2, 6)]),
    "O": (5.2, [.arc(2.6, 3, 2.6, 3, 0, 360)]),
    "P": (
      3.5,
      [
        .line(0, 0, 0, 6), .line(0, 6, 1.8, 6), .line(0, 2.8, 1.8, 2.8),
        .arc(1.8, 4.4, 1.7, 1.6, 90, -90),
      ]
    ),
    "Q": (5.2, [.arc(2.6, 3, 2.6, 3, 0, 360), .line(3.4, 1.6, 5.2, -0.4)]),
    "R": (
      3.8,
      [
        .line(0, 0, 0, 6), .line(0, 6, 1.8, 6), .line(0, 2.9, 1.8, 2.9),
        .arc(1.8, 4.45, 1.7, 1.55, 90, -90), .line(2, 2.9, 3.8, 0),
      ]
    ),
    "S": (3.6, [.arc(1.9, 4.5, 1.7, 1.5, 35, 270), .arc(1.8, 1.5, 1.8, 1.5, 90, -145)]),
    "T": (4, [.line(0, 6, 4, 6), .line(2, 6, 2, 0)]),
    "U": (4, [.line(0, 6, 0, 2), .arc(2, 2, 2, 2, 180, 360), .line(4, 6, 4, 2)]),
    "V": (4.2, [.line(0, 6, 2.1, 0), .line(2.1, 0, 4.2, 6)]),
    "W": (6, [.line(0, 6, 1.5, 0), .line(1.5, 0, 3, 5), .line(3, 5, 4.5, 0), .line(4.5, 0, 6, 6)]),
    "X": (4, [.line(0, 0, 4, 6), .line(0, 6, 4, 0)]),
    "Y": (4, [.line(0, 6, 2, 3), .line(4, 6, 2, 3), .line(2, 3, 2, 0)]),
    "Z": (3.8, [.line(0, 6, 3.8, 6), .line(3.8, 6, 0, 0), .line(0, 0, 3.8, 0)]),
  ]

  private static let signs: [Character: (Float, [Shape])] = [
    "0": (3.6, [.arc(1.8, 3, 1.8, 3, 0, 360)]),
    "1": (2, [.line(0.2, 4.8, 1.6, 6), .line(1.6, 6, 1.6, 0)]),
    "2": (3.5, [.arc(1.7, 4.3, 1.7, 1.7, 165, -40), .line(3, 3.2, 0, 0), .line(0, 0, 3.5, 0)]),
    "3": (3.5, [.arc(1.6, 4.5, 1.5, 1.5, 150, -90), .arc(1.6, 1.5, 1.8, 1.5, 90, -150)]),
    "4": (3.6, [.line(2.7, 0, 2.7, 6), .line(2.7, 6, 0, 1.7), .line(0, 1.7, 3.6, 1.7)]),
    "5": (
      3.5, [.line(3.2, 6, 0.6, 6), .line(0.6, 6, 0.3, 3.3), .arc(1.7, 2, 1.8, 2, 140, -150)]
    ),
    "6": (3.6, [.arc(1.8, 1.9, 1.8, 1.9, 0, 360), .arc(3.2, 1.9, 3.2, 4.1, 180, 100)]),
    "7": (3.6, [.line(0, 6, 3.6, 6), .line(3.6, 6, 1.2, 0)]),
    "8": (3.6, [.arc(1.8, 4.5, 1.5, 1.5, 0, 360), .arc(1.8, 1.5, 1.8, 1.5, 0, 360)]),
    "9": (3.6, [.arc(1.8, 4.1, 1.8, 1.9, 0, 360), .arc(0.4, 4.1, 3.2, 4.1, 0, -80)]),
    ".": (0.2, [.line(0.1, 0.1, 0.1, 0.2)]),
    ":": (0.2, [.line(0.1, 0.6, 0.1, 0.7), .line(0.1, 3.4, 0.1, 3.5)]),
    "-": (2.2, [.line(0, 2.2, 2.2, 2.2)]),
    "_": (3.6, [.line(0, -0.8, 3.6, -0.8)]),
    ",": (0.6, [.line(0.5, 0.3, 0, -1)]),
    ";": (0.6, [.line(0.5, 0.3, 0, -1), .line(0.5, 3.4, 0.5, 3.5)]),
    "'": (0, [.line(0, 6, 0, 4.8)]),
    "\"": (1.4, [.line(0, 6, 0, 4.8), .line(1.4, 6, 1.4, 4.8)]),
    "`": (1, [.line(0, 6.2, 1, 5.2)]),
    "!": (0, [.line(0, 6, 0, 1.8), .line(0, 0.1, 0, 0.2)]),
    "?": (
      3, [.arc(1.5, 4.6, 1.5, 1.4, 170, -60), .line(2, 3.3, 1.4, 1.8), .line(1.4, 0.1, 1.4, 0.2)]
    ),
    "(": (1.2, [.arc(3.2, 2.6, 3.2, 4.2, 125, 235)]),
    ")": (1.2, [.arc(-2, 2.6, 3.2, 4.2, 55, -55)]),
    "[": (1.2, [.line(0, 6.4, 0, -1), .line(0, 6.4, 1.2, 6.4), .line(0, -1, 1.2, -1)]),
    "]": (1.2, [.line(1.2, 6.4, 1.2, -1), .line(0, 6.4, 1.2, 6.4), .line(0, -1, 1.2, -1)]),
    "{": (
      1.6,
      [
        .arc(1.6, 5.4, 0.8, 1, 90, 180), .line(0.8, 5.4, 0.8, 3.5), .line(0.8, 3.5, 0, 2.7),
        .line(0, 2.7, 0.8, 1.9), .line(0.8, 1.9, 0.8, 0), .arc(1.6, 0, 0.8, 1, 180, 270),
      ]
    ),
    "}": (
      1.6,
      [
        .arc(0, 5.4, 0.8, 1, 90, 0), .line(0.8, 5.4, 0.8, 3.5), .line(0.8, 3.5, 1.6, 2.7),
        .line(1.6, 2.7, 0.8, 1.9), .line(0.8, 1.9, 0.8, 0), .arc(0, 0, 0.8, 1, 0, -90),
      ]
    ),
    "/": (2.6, [.line(0, -0.6, 2.6, 6.4)]),
    "\\": (2.6, [.line(0, 6.4, 2.6, -0.6)]),
    "|": (0, [.line(0, 6.4, 0, -1)]),
    "+": (3.2, [.line(0, 2.4, 3.2, 2.4), .line(1.6, 0.8, 1.6, 4)]),
    "=": (3.2, [.line(0, 1.6, 3.2, 1.6), .line(0, 3.2, 3.2, 3.2)]),
    "<": (3, [.line(3, 4.4, 0, 2.4), .line(0, 2.4, 3, 0.4)]),
    ">": (3, [.line(0, 4.4, 3, 2.4), .line(3, 2.4, 0, 0.4)]),
    "*": (2.4, [.line(1.2, 6, 1.2, 3.6), .line(0.1, 5.4, 2.3, 4.2), .line(0.1, 4.2, 2.3, 5.4)]),
    "#": (
      4, [.line(1, 0, 1.6, 6), .line(2.6, 0, 3.2, 6), .line(0, 2, 4, 2), .line(0.2, 4, 4.2, 4)]
    ),
    "%": (
      5,
      [.line(0.8, 0, 4.2, 6), .arc(1.1, 4.8, 1.1, 1.2, 0, 360), .arc(3.9, 1.2, 1.1, 1.2, 0, 360)]
    ),
    "&": (
      4.6,
      [
        .arc(1.9, 4.7, 1.2, 1.3, -40, 220), .line(1, 3.9, 4.6, 0), .line(2.8, 3.9, 1, 2.7),
        .arc(1.7, 1.5, 1.7, 1.5, 110, 300), .line(2.5, 0.2, 4.4, 2.6),
      ]
    ),
    "@": (
      6,
      [
        .arc(3, 2.4, 1.3, 1.4, 0, 360), .line(4.3, 3.8, 4.3, 1.4), .arc(3, 2.4, 3, 3.2, -10, 310),
        .arc(5.1, 1.6, 0.8, 0.7, 180, 370),
      ]
    ),
    "$": (
      3.4,
      [
        .arc(1.8, 4.2, 1.5, 1.2, 35, 270), .arc(1.6, 1.8, 1.6, 1.2, 90, -145),
        .line(1.7, 6.4, 1.7, -0.6),
      ]
    ),
    "^": (2.6, [.line(0, 4, 1.3, 6), .line(1.3, 6, 2.6, 4)]),
    "~": (3.4, [.arc(0.85, 2.4, 0.85, 0.9, 180, 0), .arc(2.55, 2.4, 0.85, 0.9, 180, 360)]),
    " ": (1.2, []),
  ]
}
