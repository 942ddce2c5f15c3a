internal import APCore
private import CNettle

extension Vocabulary {
  /// Reads `tokenizer.json` (https://github.com/huggingface/tokenizers).
  init(json bytes: [UInt8], path: String) throws(FilterError) {
    let root = try Self.file(path).json(bytes)
    let model = root["model"]
    guard model?["type"]?.string == "Unigram", model?["unk_id"]?.int == Token.unknown,
      model?["byte_fallback"]?.bool != true
    else {
      throw Self.unsupported(path, "it is not a unigram model whose unknown piece is 2")
    }
    let special = Set((root["added_tokens"]?.array ?? []).compactMap { $0["content"]?.string })
    var pieces: [Piece] = []
    for (index, entry) in (model?["vocab"]?.array ?? []).enumerated() {
      guard let pair = entry.array, pair.count == 2, let text = pair[0].string,
        let score = pair[1].double
      else {
        throw Self.damaged(path, "entry \(index) of its vocabulary is not a text and a score")
      }
      pieces.append(
        Piece(
          text: Array(text.utf8), score: score,
          isNormal: index > Token.unknown && !text.isEmpty && !special.contains(text)))
    }
    try self.init(
      pieces: pieces, characters: try Self.characters(root["normalizer"], path: path), path: path)
  }

  private static func characters(
    _ normalizer: JSONValue?, path: String
  ) throws(FilterError) -> CharacterMap? {
    guard let normalizer, normalizer != .null else { return nil }
    guard normalizer["type"]?.string == "Precompiled",
      let text = normalizer["precompiled_charsmap"]?.string
    else {
      throw unsupported(path, "its normalizer is not of the kind \"Precompiled\"")
    }
    guard let bytes = decode(base64: text), let map = CharacterMap(bytes) else {
      throw damaged(path, "its map of characters cannot be read")
    }
    return map
  }
  private static func decode(base64 text: String) -> [UInt8]? {
    var context = base64_decode_ctx()
    nettle_base64_decode_init(&context)
    var count = 0
    // Enough for what nettle may write: three bytes for four characters, and one more.
    var bytes = [UInt8](repeating: 0, count: text.utf8.count / 4 * 3 + 3)
    guard nettle_base64_decode_update(&context, &count, &bytes, text.utf8.count, text) == 1,
      nettle_base64_decode_final(&context) == 1
    else { return nil }
    return Array(bytes[..<count])
  }
}
