/// Tokens that are looked for in a text before it is cut into words.
///
/// Source: `AddedVocabulary.find_matches` in tokenizers' added_vocabulary.rs.
struct AddedTokens: Sendable {
  /// A token, and what may be around it.
  struct Token: Sendable {
    let id: Int
    /// Whether it counts only where no word goes on before or after it.
    var isWholeWord = false
    /// Whether it takes the white space before it.
    var stripsLeft = false
    /// Whether it takes the white space after it.
    var stripsRight = false
  }

  /// A part of a text.
  enum Part: Equatable {
    case token(Int)
    case text([UInt8])
  }

  private var tokens: [Token] = []
  private var tree = PieceTree()

  /// - Parameter text: UTF-8, not empty.
  /// - Returns: whether it was not there yet.
  mutating func insert(_ text: [UInt8], _ token: Token) -> Bool {
    tokens.append(token)
    return tree.insert(text, piece: tokens.count - 1)
  }

  /// The text with each token taken out: the leftmost one first, and of those that begin there the longest.
  func parts(of text: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var (done, place) = (0, 0)
    while place < text.count {
      guard let (token, length) = longest(in: text[place...]) else {
        place += 1
        continue
      }
      if token.isWholeWord,
        text[..<place].endsWithWord || text[(place + length)...].beginsWithWord
      {
        // No other token is looked for within it.
        place += length
        continue
      }
      let start = token.stripsLeft ? text[done..<place].withoutSpaceAtEnd : place
      if start > done { parts.append(.text(Array(text[done..<start]))) }
      parts.append(.token(token.id))
      place += length
      if token.stripsRight { place = text[place...].withoutSpaceAtStart }
      done = place
    }
    if done < text.count { parts.append(.text(Array(text[done...]))) }
    return parts
  }

  private func longest(in text: ArraySlice<UInt8>) -> (token: Token, length: Int)? {
    var longest: (Token, Int)?
    tree.forEachPrefix(of: text) { longest = (tokens[$0], $1) }
    return longest
  }
}

extension ArraySlice<UInt8> {
  private var scalars: String.UnicodeScalarView {
    String(decoding: self, as: UTF8.self).unicodeScalars
  }

  /// Where the white space at the end begins.
  fileprivate var withoutSpaceAtEnd: Int {
    let space = scalars.reversed().prefix { $0.properties.isWhitespace }
    return endIndex - space.reduce(0) { $0 + UTF8.width($1) }
  }

  /// Where the white space at the beginning ends.
  fileprivate var withoutSpaceAtStart: Int {
    let space = scalars.prefix { $0.properties.isWhitespace }
    return startIndex + space.reduce(0) { $0 + UTF8.width($1) }
  }

  fileprivate var beginsWithWord: Bool { scalars.first?.isOfWord ?? false }
  fileprivate var endsWithWord: Bool { scalars.last?.isOfWord ?? false }
}

extension Unicode.Scalar {
  /// Whether a regular expression's `\w` is this (Unicode Technical Standard 18, annex C).
  fileprivate var isOfWord: Bool {
    if properties.isAlphabetic || properties.isJoinControl { return true }
    return switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
    default: false
    }
  }
}
