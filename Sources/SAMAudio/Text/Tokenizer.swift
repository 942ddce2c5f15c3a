internal import APCore

/// Cuts a prompt into the tokens of T5: the most probable way to make its words of pieces
/// (sentencepiece, unigram_model.cc, `EncodeOptimized`).
struct Tokenizer: Sendable {
  private let vocabulary: Vocabulary
  private let tree: PieceTree
  /// The score of a character that no piece has.
  private let unknownScore: Double

  /// `▁`, which comes before a word.
  private static let space: [UInt8] = [0xe2, 0x96, 0x81]

  /// Reads `spiece.model` or `tokenizer.json`.
  ///
  /// - Throws: what `Vocabulary.init` throws.
  init(path: String) throws(FilterError) {
    try self.init(Vocabulary(path: path), path: path)
  }

  /// - Parameter path: the vocabulary's file, for messages.
  /// - Throws: `FilterError.Code.damagedCheckpoint` for a piece that is there twice.
  init(_ vocabulary: Vocabulary, path: String) throws(FilterError) {
    self.vocabulary = vocabulary
    var tree = PieceTree()
    var lowest = Double.infinity
    for (index, piece) in vocabulary.pieces.enumerated() where piece.isNormal {
      guard tree.insert(piece.text, piece: index) else {
        throw Vocabulary.damaged(
          path, "the piece \"\(String(decoding: piece.text, as: UTF8.self))\" is there twice")
      }
      lowest = min(lowest, piece.score)
    }
    self.tree = tree
    unknownScore = lowest - 10
  }

  /// Tokens that there are; all are below this number.
  var count: Int { vocabulary.pieces.count }

  /// The tokens of a prompt, `</s>` after them.
  ///
  /// - Parameter limit: the most tokens; what is beyond is left away, but for `</s>`.
  func tokens(of prompt: String, limit: Int) -> [Int] {
    var text = Array(prompt.utf8)
    if let characters = vocabulary.characters { text = characters.normalized(text) }
    var tokens: [Int] = []
    for word in text.split(separator: UInt8(ascii: " ")) where tokens.count < limit {
      tokens += self.tokens(ofWord: Self.space + word)
    }
    return tokens.prefix(max(0, limit - 1)) + [Vocabulary.Token.end]
  }

  /// Viterbi's search: the best way to each place, and how long its last piece is.
  private func tokens(ofWord word: [UInt8]) -> [Int] {
    var best = [(score: Double, piece: Int, length: Int)?](repeating: nil, count: word.count + 1)
    best[0] = (0, 0, 0)
    func reach(_ place: Int, score: Double, piece: Int, length: Int) {
      guard best[place].map({ score > $0.score }) ?? true else { return }
      best[place] = (score, piece, length)
    }
    for start in word.indices {
      // Inside of a character no piece ends.
      guard let here = best[start]?.score else { continue }
      let character = word[start...].characterLength
      var hasCharacter = false
      tree.forEachPrefix(of: word[start...]) { piece, length in
        reach(
          start + length, score: here + vocabulary.pieces[piece].score, piece: piece,
          length: length)
        if length == character { hasCharacter = true }
      }
      if !hasCharacter {
        reach(
          start + character, score: here + unknownScore, piece: Vocabulary.Token.unknown,
          length: character)
      }
    }
    var tokens: [Int] = []
    var place = word.count
    while place > 0, let step = best[place] {
      // Unknown characters side by side are one token.
      if step.piece != Vocabulary.Token.unknown || tokens.last != step.piece {
        tokens.append(step.piece)
      }
      place -= step.length
    }
    return tokens.reversed()
  }
}
