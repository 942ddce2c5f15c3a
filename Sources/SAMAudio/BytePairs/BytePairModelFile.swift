internal import APCore

/// `model` of a `tokenizer.json`: what words are made of.
struct BytePairModelFile {
  let merges: BytePairMerges
  /// All words, where the model looks for them before it merges.
  let wholeWords: [[UInt8]: Int]
  let highestToken: Int

  /// More than any vocabulary has.
  static let tokens = 0..<1 << 24

  /// - Throws: `FilterError.Code.damagedCheckpoint`, `.unsupportedCheckpoint`.
  init(_ model: JSONValue?, _ file: TokenizerFile) throws(FilterError) {
    // Files of older versions do not name the only kind that has merges.
    guard let model, model["type"] == nil || model["type"]?.string == "BPE",
      let entries = model["vocab"]?.object, let rules = model["merges"]?.array
    else {
      throw file.unsupported("it is not a BPE model")
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix", "dropout"] {
      guard [nil, .null, .string("")].contains(model[name]) else {
        throw file.unsupported("it has a \(name), which no byte-level model has")
      }
    }
    guard model["byte_fallback"]?.bool != true else {
      throw file.unsupported("bytes are not what its words are made of")
    }
    var vocabulary: [String: Int] = [:]
    for (text, entry) in entries {
      guard let token = entry.int, Self.tokens.contains(token) else {
        throw file.damaged("the piece \"\(text)\" of its vocabulary has no number")
      }
      vocabulary[text] = token
    }
    highestToken = vocabulary.values.max() ?? 0
    let unknown = model["unk_token"]?.string
    let characters = ByteCharacters.characters.map { vocabulary[String($0)] }
    guard characters.contains(where: { $0 != nil }) else {
      throw file.unsupported("its vocabulary has no bytes")
    }
    merges = BytePairMerges(
      tokens: characters, unknown: unknown.flatMap { vocabulary[$0] },
      fusesUnknown: model["fuse_unk"]?.bool ?? false,
      merges: try Self.merges(rules, vocabulary, file))
    wholeWords = model["ignore_merges"]?.bool == true ? ByteCharacters.bytes(of: vocabulary) : [:]
  }

  /// Rules are "a b" or ["a", "b"].
  private static func merges(
    _ rules: [JSONValue], _ vocabulary: [String: Int], _ file: TokenizerFile
  ) throws(FilterError) -> [(pair: BytePairMerges.Pair, merged: Int)] {
    var merges: [(pair: BytePairMerges.Pair, merged: Int)] = []
    merges.reserveCapacity(rules.count)
    for (index, rule) in rules.enumerated() {
      let parts =
        rule.array?.compactMap(\.string)
        ?? rule.string?.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard let parts, parts.count == 2, let first = vocabulary[parts[0]],
        let second = vocabulary[parts[1]], let merged = vocabulary[parts[0] + parts[1]]
      else {
        throw file.damaged("entry \(index) of its merges does not make a piece of two others")
      }
      merges.append((BytePairMerges.Pair(first: first, second: second), merged))
    }
    return merges
  }
}

/// The characters that stand for bytes in a vocabulary: those that can be seen for themselves, and for the others
/// characters from U+0100 on, in their order.
private enum ByteCharacters {
  /// By byte.
  static let characters: [Character] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      let isVisible = [33...126, 161...172, 174...255].contains { $0.contains(byte) }
      defer { if !isVisible { next += 1 } }
      return Unicode.Scalar(isVisible ? UInt32(byte) : next).map(Character.init) ?? " "
    }
  }()

  /// The vocabulary's pieces by their bytes.
  static func bytes(of vocabulary: [String: Int]) -> [[UInt8]: Int] {
    let bytes = Dictionary(uniqueKeysWithValues: zip(characters, UInt8.min...UInt8.max))
    var pieces: [[UInt8]: Int] = [:]
    for (text, token) in vocabulary {
      let piece = text.compactMap { bytes[$0] }
      if piece.count == text.count { pieces[piece] = token }
    }
    return pieces
  }
}
