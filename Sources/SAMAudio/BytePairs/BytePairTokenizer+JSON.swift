internal import APCore

extension BytePairTokenizer {
  /// Reads `tokenizer.json`.
  ///
  /// - Throws: `FilterError.Code.noInput`, `.damagedCheckpoint`, and `.unsupportedCheckpoint` for a tokenizer that is
  ///   not a byte-level BPE model or does more than these do.
  init(path: String) throws(FilterError) {
    let file = TokenizerFile(
      path: path, advice: "Use the tokenizer.json that is published with the model.")
    try self.init(file.bytes(), file)
  }

  init(_ bytes: [UInt8], _ file: TokenizerFile) throws(FilterError) {
    let root = try file.json(bytes)
    let model = try BytePairModelFile(root["model"], file)
    let pieces = try Self.only(root["pre_tokenizer"], "pre_tokenizer", file)
    guard pieces?["type"]?.string == "ByteLevel" else {
      throw file.unsupported("its pre_tokenizer is not of the kind \"ByteLevel\"")
    }
    let normalizer = try Self.only(root["normalizer"], "normalizer", file)
    guard normalizer == nil || normalizer?["type"]?.string == "NFC" else {
      throw file.unsupported("its normalizer is not of the kind \"NFC\"")
    }
    let added = try AddedTokenList(
      root["added_tokens"], isComposed: normalizer != nil, file)
    let frame = try Self.frame(root["post_processor"], file)
    isComposed = normalizer != nil
    addsSpace = pieces?["add_prefix_space"]?.bool ?? true
    hasWords = pieces?["use_regex"]?.bool ?? true
    literalTokens = added.literal
    normalizedTokens = added.normalized
    wholeWords = model.wholeWords
    merges = model.merges
    (prefix, suffix) = frame
    count = 1 + max(model.highestToken, added.highestToken, (prefix + suffix).max() ?? 0)
  }

  /// What a part of the tokenizer does: one thing, which may stand in a sequence, or nothing.
  private static func only(
    _ part: JSONValue?, _ name: String, _ file: TokenizerFile
  ) throws(FilterError) -> JSONValue? {
    guard let part, part != .null else { return nil }
    guard part["type"]?.string == "Sequence" else { return part }
    // All kinds of sequences name their list otherwise.
    let steps = ["normalizers", "pretokenizers", "processors"].compactMap { part[$0]?.array }
    guard let steps = steps.first, steps.count <= 1 else {
      throw file.unsupported("its \(name) has several steps")
    }
    return steps.first
  }

  /// The tokens around one text.
  private static func frame(
    _ part: JSONValue?, _ file: TokenizerFile
  ) throws(FilterError) -> (prefix: [Int], suffix: [Int]) {
    let part = try only(part, "post_processor", file)
    func token(_ value: JSONValue?) throws(FilterError) -> Int {
      guard let token = value?.int, BytePairModelFile.tokens.contains(token) else {
        throw file.damaged("its post_processor names a token that has no number")
      }
      return token
    }
    switch part?["type"]?.string {
    case nil where part == nil: return ([], [])
    // It only moves the places in the text that tokens come from.
    case "ByteLevel": return ([], [])
    case "RobertaProcessing", "BertProcessing":
      return (
        [try token(part?["cls"]?.array?.last)], [try token(part?["sep"]?.array?.last)]
      )
    case "TemplateProcessing":
      var (prefix, suffix): ([Int], [Int]) = ([], [])
      var isBehind = false
      for item in part?["single"]?.array ?? [] {
        if let name = item["SpecialToken"]?["id"]?.string {
          for id in part?["special_tokens"]?[name]?["ids"]?.array ?? [.null] {
            if isBehind { suffix.append(try token(id)) } else { prefix.append(try token(id)) }
          }
        } else if item["Sequence"] != nil, !isBehind {
          isBehind = true
        } else {
          throw file.unsupported("its post_processor does not put tokens around one text")
        }
      }
      guard isBehind else {
        throw file.unsupported("its post_processor leaves the text away")
      }
      return (prefix, suffix)
    default: throw file.unsupported("its post_processor is of an unknown kind")
    }
  }
}

/// `added_tokens` of a `tokenizer.json`.
private struct AddedTokenList {
  var literal = AddedTokens()
  var normalized = AddedTokens()
  private(set) var highestToken = 0

  init(
    _ list: JSONValue?, isComposed: Bool, _ file: TokenizerFile
  ) throws(FilterError) {
    for (index, entry) in (list?.array ?? []).enumerated() {
      guard let id = entry["id"]?.int, BytePairModelFile.tokens.contains(id),
        let text = entry["content"]?.string, !text.isEmpty
      else {
        throw file.damaged("entry \(index) of its added tokens has no number or no text")
      }
      func flag(_ name: String) -> Bool { entry[name]?.bool ?? false }
      let token = AddedTokens.Token(
        id: id, isWholeWord: flag("single_word"), stripsLeft: flag("lstrip"),
        stripsRight: flag("rstrip"))
      highestToken = max(highestToken, id)
      let bytes = Array(text.utf8)
      let isNew =
        if entry["normalized"]?.bool ?? !flag("special") {
          normalized.insert(isComposed ? BytePairTokenizer.composed(bytes) : bytes, token)
        } else {
          literal.insert(bytes, token)
        }
      guard isNew else { throw file.damaged("its added token \"\(text)\" is there twice") }
    }
  }
}
