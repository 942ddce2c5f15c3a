internal import APCore
@_spi(_Unicode) private import Swift

/// Cuts a text into the tokens of a byte-level BPE model, as a `tokenizer.json` says: ModernBERT's and RoBERTa's are
/// of this kind (https://github.com/huggingface/tokenizers).
struct BytePairTokenizer: Sendable {
  /// Looked for in the text as it is.
  let literalTokens: AddedTokens
  /// Looked for after the normalization.
  let normalizedTokens: AddedTokens
  /// Whether a text's characters are composed (NFC).
  let isComposed: Bool
  /// Whether a text that does not begin with a space gets one.
  let addsSpace: Bool
  /// Whether a text is cut by `WordPattern`; it is one word otherwise.
  let hasWords: Bool
  /// Words that are tokens although merging their bytes may give others.
  let wholeWords: [[UInt8]: Int]
  let merges: BytePairMerges
  /// Tokens around each text.
  let prefix: [Int]
  let suffix: [Int]
  /// All tokens are below this number.
  let count: Int

  /// The tokens of a text, with those that the model wants around them.
  ///
  /// - Parameter limit: the most tokens; what is beyond is left away, but for those around the text.
  func tokens(of text: String, limit: Int) -> [Int] {
    let room = max(0, limit - prefix.count - suffix.count)
    var tokens: [Int] = []
    for part in literalTokens.parts(of: Array(text.utf8)) {
      guard case .text(let bytes) = part else {
        append(part, to: &tokens, limit: room)
        continue
      }
      for part in normalizedTokens.parts(of: isComposed ? Self.composed(bytes) : bytes) {
        append(part, to: &tokens, limit: room)
      }
    }
    return prefix + tokens.prefix(room) + suffix
  }

  /// A text in Unicode's normalization form C.
  static func composed(_ text: [UInt8]) -> [UInt8] {
    String(decoding: text, as: UTF8.self)._nfc.flatMap { Array(String($0).utf8) }
  }

  private func append(_ part: AddedTokens.Part, to tokens: inout [Int], limit: Int) {
    switch part {
    case .token(let token): tokens.append(token)
    case .text(let bytes):
      for word in words(of: String(decoding: bytes, as: UTF8.self)) where tokens.count < limit {
        if let token = wholeWords[word] { tokens.append(token) } else { tokens += merges(word) }
      }
    }
  }

  private func words(of text: String) -> [[UInt8]] {
    // A space counts whatever it makes one character with.
    let text = addsSpace && text.utf8.first != UInt8(ascii: " ") ? " \(text)" : text
    return hasWords ? WordPattern.words(of: text) : [Array(text.utf8)]
  }
}
