internal import APCore

/// What a SentencePiece unigram tokenizer knows: its pieces and its map of characters.
struct Vocabulary: Sendable {
  /// A piece of a word, or of words if it begins with `▁`, which stands for a space.
  struct Piece: Sendable {
    let text: [UInt8]
    /// The logarithm of its probability.
    let score: Double
    /// Whether text is made of it: not `<pad>`, `</s>`, `<unk>` and the like.
    let isNormal: Bool
  }

  /// By token; those of `Token` stand first.
  let pieces: [Piece]
  /// Nil: characters stay as they are.
  let characters: CharacterMap?

  /// Tokens that are the same in all T5 models.
  enum Token {
    static let end = 1
    static let unknown = 2
  }

  /// Reads `spiece.model` or `tokenizer.json`, recognised by content.
  ///
  /// - Throws: `FilterError.Code.noInput`, `.damagedCheckpoint`, `.unsupportedCheckpoint` for a
  ///   tokenizer that is not T5's kind.
  init(path: String) throws(FilterError) {
    try self.init(Self.file(path).bytes(), path: path)
  }

  init(_ bytes: [UInt8], path: String) throws(FilterError) {
    if bytes.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }) == UInt8(ascii: "{") {
      try self.init(json: bytes, path: path)
    } else {
      try self.init(protobuf: bytes, path: path)
    }
  }

  init(pieces: [Piece], characters: CharacterMap?, path: String) throws(FilterError) {
    let end = Array("</s>".utf8)
    guard pieces.count > Token.unknown, pieces[Token.end].text == end,
      pieces[...Token.unknown].allSatisfy({ !$0.isNormal })
    else {
      throw Self.unsupported(path, "its first pieces are not <pad>, </s> and <unk>, as T5's are")
    }
    guard pieces.contains(where: \.isNormal), pieces.allSatisfy(\.score.isFinite) else {
      throw Self.damaged(path, "its pieces have no usable scores")
    }
    self.pieces = pieces
    self.characters = characters
  }

  static func file(_ path: String) -> TokenizerFile {
    TokenizerFile(path: path, advice: "Use spiece.model or tokenizer.json of t5-base.")
  }

  static func unsupported(_ path: String, _ problem: String) -> FilterError {
    file(path).unsupported(problem)
  }

  static func damaged(_ path: String, _ problem: String) -> FilterError {
    file(path).damaged(problem)
  }
}
