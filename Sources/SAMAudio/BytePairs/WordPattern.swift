/// How a text is cut into words before pairs are merged within each: GPT-2's pattern,
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
enum WordPattern {
  private enum Kind {
    case letter, number, space, other
  }

  private static let endings = ["s", "t", "re", "ve", "m", "ll", "d"].map {
    Array($0.unicodeScalars)
  }

  /// The words, which together are the text.
  static func words(of text: String) -> [[UInt8]] {
    let scalars = Array(text.unicodeScalars)
    let kinds = scalars.map(kind)
    var words: [[UInt8]] = []
    var start = 0
    while start < scalars.count {
      let end = end(ofWordAt: start, scalars, kinds)
      words.append(scalars[start..<end].flatMap { Array(String($0).utf8) })
      start = end
    }
    return words
  }

  private static func end(ofWordAt start: Int, _ scalars: [Unicode.Scalar], _ kinds: [Kind]) -> Int
  {
    if scalars[start] == "'",
      let ending = endings.first(where: { scalars[(start + 1)...].starts(with: $0) })
    {
      return start + 1 + ending.count
    }
    func run(from first: Int) -> Int {
      kinds[first...].firstIndex { $0 != kinds[first] } ?? kinds.count
    }
    let next = start + 1
    if scalars[start] == " ", next < kinds.count, kinds[next] != .space { return run(from: next) }
    let end = run(from: start)
    // The last space before a word is the word's, or a word of its own.
    return kinds[start] == .space && end < kinds.count && end > next ? end - 1 : end
  }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    if scalar.properties.isWhitespace { return .space }
    return switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      .letter
    case .decimalNumber, .letterNumber, .otherNumber: .number
    default: .other
    }
  }
}
