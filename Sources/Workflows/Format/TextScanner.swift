/// Reads a scalar of YAML one Unicode scalar after the other, as a shell does, to which a space with a combining mark
/// after it is a space. Knows where in the file it is.
///
/// YAML tells only where a scalar begins. Behind that its characters stand in the file in their
/// order, with other white space, and perhaps with signs of YAML's own, as in `\"`.
struct TextScanner {
  /// What has not been taken.
  private(set) var rest: Substring.UnicodeScalarView
  private let start: Position
  private let lines: [[Unicode.Scalar]]
  private var line: Int
  private var column: Int
  private var isLost = false

  /// - Parameters:
  ///   - text: the scalar.
  ///   - lines: those of the whole file.
  ///   - start: where the scalar begins.
  init(_ text: String, lines: [[Unicode.Scalar]], start: Position) {
    rest = text[...].unicodeScalars
    self.lines = lines
    self.start = start
    line = start.line - 1
    column = start.column - 1
    // The sign of a block of text, with its modifiers.
    if let sign = scalar, sign == "|" || sign == ">" { (line, column) = (line + 1, 0) }
    if let sign = scalar, sign == "\"" || sign == "'", text.unicodeScalars.first != sign {
      column += 1
    }
  }

  /// The character that comes next.
  var next: Unicode.Scalar? { rest.first }

  /// Where it is; where the scalar begins if that cannot be told.
  var position: Position {
    var place = self
    place.skipSpace()
    return place.isLost ? start : Position(line: place.line + 1, column: place.column + 1)
  }

  /// Takes a character.
  @discardableResult
  mutating func take() -> Unicode.Scalar? {
    guard let scalar = rest.popFirst() else { return nil }
    if !scalar.properties.isWhitespace { follow(scalar) }
    return scalar
  }

  /// Takes this text if it comes next.
  mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.unicodeScalars) else { return false }
    for _ in text.unicodeScalars { take() }
    return true
  }

  /// The file's character at this place; nil at a line's end.
  private var scalar: Unicode.Scalar? {
    guard lines.indices.contains(line), lines[line].indices.contains(column) else { return nil }
    return lines[line][column]
  }

  private mutating func skipSpace() {
    while line < lines.count {
      guard let scalar else {
        (line, column) = (line + 1, 0)
        continue
      }
      guard scalar.properties.isWhitespace else { return }
      column += 1
    }
    isLost = true
  }

  private mutating func follow(_ taken: Unicode.Scalar) {
    skipSpace()
    if scalar != taken { column += 1 }
    if scalar != taken { isLost = true }
    column += 1
  }
}
