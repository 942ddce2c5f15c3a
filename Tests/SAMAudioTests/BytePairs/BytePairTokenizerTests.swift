import APCore
import TestSupport
import Testing

@testable import SAMAudio

@Suite struct BytePairTokenizerTests {
  struct Texts {
    let tokenizer: String
    let file: String
    /// The most tokens that the model takes.
    let limit: Int
  }

  /// What the library `tokenizers` makes of the same texts.
  @Test(arguments: [
    Texts(tokenizer: "pe-a-frame", file: "tokens-modernbert", limit: 512),
    Texts(tokenizer: "roberta-base", file: "tokens-roberta", limit: 77),
  ])
  func tokensAreTheReferences(texts: Texts) throws {
    let tokenizer = try BytePairTokenizer(
      path: fixture("sam-audio-spans/\(texts.tokenizer)/tokenizer.json"))
    let json = try JSONValue(
      parsing: Files.read(fixture("sam-audio-spans/\(texts.file).json")),
      limits: JSONLimits(bytes: 1 << 20))
    let cases = try #require(json.array)
    #expect(cases.count == 28)
    for entry in cases {
      let text = try #require(entry["text"]?.string)
      let ids = try #require(entry["ids"]?.array).compactMap(\.int)
      #expect(tokenizer.tokens(of: text, limit: texts.limit) == ids, "\(text)")
      #expect(ids.allSatisfy { $0 < tokenizer.count })
    }
  }

  /// Merges are pairs in one version of the format and strings in the other.
  @Test func bothKindsOfMergesAreTheSame() throws {
    for merges in [#"["a b", "ab c"]"#, #"[["a", "b"], ["ab", "c"]]"#] {
      #expect(try Self.tokens(of: "abcab", Self.json(merges: merges)) == [5, 4])
    }
  }

  /// Flags of a tokenizer, and what they do to a text.
  struct Flag {
    let text: String
    let tokens: [Int]
    var added = ""
    var normalizer = "null"
    var pieces = #"{"type": "ByteLevel", "add_prefix_space": false}"#
    var processor = "null"
    var vocabulary = ""
    var model = ""
  }

  /// Pieces: a 0, b 1, c 2, space 3, ab 4, abc 5; and 6 for the added token.
  @Test(arguments: [
    Flag(text: "a b", tokens: [0, 3, 1]),
    // A pair that is made later is found as well; the leftmost of two goes first.
    Flag(text: "ababc", tokens: [4, 5]), Flag(text: "aabb", tokens: [0, 4, 1]),
    // Without a token for what is not known it is left away.
    Flag(text: "axxb", tokens: [4]),
    Flag(text: "axxb", tokens: [0, 2, 2, 1], model: #", "unk_token": "c""#),
    Flag(text: "axxb", tokens: [0, 2, 1], model: #", "unk_token": "c", "fuse_unk": true"#),
    // Its merges come from "ab" alone, and a whole word is a token before they are looked at.
    Flag(text: "bc", tokens: [1, 2]),
    Flag(text: "bc", tokens: [7], vocabulary: #", "bc": 7"#, model: #", "ignore_merges": true"#),
    Flag(text: "bc", tokens: [1, 2], vocabulary: #", "bc": 7"#),
    Flag(
      text: "ab", tokens: [3, 4],
      pieces: #"{"type": "ByteLevel", "add_prefix_space": true}"#),
    Flag(
      text: " ab", tokens: [3, 4],
      pieces: #"{"type": "ByteLevel", "add_prefix_space": true}"#),
    Flag(
      text: " \u{301}ab", tokens: [3, 4],
      pieces: #"{"type": "ByteLevel", "add_prefix_space": true}"#),
    // By default there is a space before the text.
    Flag(text: "ab", tokens: [3, 4], pieces: #"{"type": "ByteLevel"}"#),
    Flag(
      text: "b", tokens: [1],
      pieces:
        #"{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel", "add_prefix_space": false}]}"#
    ),
    // Added tokens: the longest one that begins first, with the space that they take.
    Flag(text: "a<m> b", tokens: [0, 6, 3, 1], added: #""content": "<m>""#),
    Flag(text: "a <m> b", tokens: [0, 6, 3, 1], added: #""content": "<m>", "lstrip": true"#),
    Flag(text: "a <m> b", tokens: [0, 3, 6, 1], added: #""content": "<m>", "rstrip": true"#),
    Flag(
      text: "\t<m>\u{3000}<m> \n", tokens: [6, 6],
      added: #""content": "<m>", "lstrip": true, "rstrip": true"#),
    Flag(text: "ca c b", tokens: [6, 0, 3, 6, 3, 1], added: #""content": "c""#),
    Flag(
      text: "ca c cb", tokens: [2, 0, 3, 6, 3, 2, 1], added: #""content": "c", "single_word": true"#
    ),
    // What is found and is no whole word hides what begins within it, and nothing behind it.
    Flag(
      text: "cabaca", tokens: [2, 4, 7, 2, 0],
      added: #""content": "ca", "single_word": true}, {"id": 7, "content": "a""#),
    // In the text as it is, or as it is normalized.
    Flag(
      text: "e\u{301}\u{e9}", tokens: [6, 6],
      added: #""content": "\u00e9", "normalized": true"#, normalizer: #"{"type": "NFC"}"#),
    Flag(
      text: "e\u{301}\u{e9}", tokens: [6], added: #""content": "\u00e9", "normalized": false"#,
      normalizer: #"{"type": "Sequence", "normalizers": [{"type": "NFC"}]}"#),
    Flag(
      text: "e\u{301}\u{e9}", tokens: [6], added: #""content": "\u00e9", "normalized": true"#),
    // What is put around a text.
    Flag(
      text: "a", tokens: [1, 0, 2],
      processor: #"{"type": "RobertaProcessing", "cls": ["b", 1], "sep": ["c", 2]}"#),
    Flag(text: "a", tokens: [0], processor: #"{"type": "ByteLevel"}"#),
    Flag(
      text: "a", tokens: [1, 1, 0],
      processor: """
        {"type": "TemplateProcessing", "special_tokens": {"x": {"ids": [1, 1]}}, "single": \
        [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}}]}
        """),
  ])
  func flagsAreTheFiles(flag: Flag) throws {
    let json = Self.json(
      added: flag.added, normalizer: flag.normalizer, pieces: flag.pieces,
      processor: flag.processor, vocabulary: flag.vocabulary, model: flag.model)
    #expect(try Self.tokens(of: flag.text, json) == flag.tokens)
  }

  @Test func longTextsAreCutBeforeTheEnd() throws {
    let tokenizer = try BytePairTokenizer(
      path: fixture("sam-audio-spans/pe-a-frame/tokenizer.json"))
    for text in [
      String(repeating: "rain and ", count: 10_000), String(repeating: "z", count: 50_000),
    ] {
      let tokens = tokenizer.tokens(of: text, limit: 512)
      #expect(tokens.count == 512)
      #expect(tokens.first == 387 && tokens.last == 388)
    }
    #expect(tokenizer.tokens(of: "drums", limit: 2) == [387, 388])
  }

  @Test(arguments: [
    ("", "not JSON"), ("{}", "not a BPE model"),
    (#"{"model": {"type": "Unigram", "vocab": {}, "merges": []}}"#, "not a BPE model"),
    (Self.json(merges: #"["a b c"]"#), "entry 0 of its merges"),
    (Self.json(merges: #"["a z"]"#), "entry 0 of its merges"),
    (Self.json(merges: #"[["a", "b"], ["c", "a"]]"#), "entry 1 of its merges"),
    (Self.json(merges: "[3]"), "entry 0 of its merges"),
    (Self.json(model: #", "dropout": 0.1"#), "dropout"),
    (Self.json(model: #", "end_of_word_suffix": "</w>""#), "end_of_word_suffix"),
    (Self.json(model: #", "byte_fallback": true"#), "bytes are not"),
    (Self.json(pieces: #"{"type": "Whitespace"}"#), "its pre_tokenizer"),
    (Self.json(pieces: "null"), "its pre_tokenizer"),
    (
      Self.json(
        pieces:
          #"{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}"#
      ), "several steps"
    ),
    (Self.json(normalizer: #"{"type": "Lowercase"}"#), "its normalizer"),
    (Self.json(added: #""content": """#), "entry 0 of its added tokens"),
    (Self.json(added: #""content": "x"}, {"id": 7, "content": "x""#), "is there twice"),
    (Self.json(added: #""content": "x"}, {"id": -1, "content": "y""#), "entry 1"),
    (Self.json(added: #""content": "x"}, {"id": 99999999999, "content": "y""#), "entry 1"),
    (Self.json(processor: #"{"type": "RobertaProcessing"}"#), "its post_processor"),
    (Self.json(processor: #"{"type": "Other"}"#), "its post_processor"),
    (
      Self.json(processor: #"{"type": "TemplateProcessing", "single": []}"#), "leaves the text away"
    ),
    (
      Self.json(
        processor: #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]}"#),
      "its post_processor"
    ),
  ])
  func refusesWhatItCannotDo(json: String, message: String) {
    let error = #expect(throws: FilterError.self) { try Self.tokens(of: "a", json) }
    #expect(error?.code.status == .data)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("file") == true)
  }

  @Test func missingFileIsNoInput() {
    let error = #expect(throws: FilterError.self) {
      try BytePairTokenizer(path: "/nonexistent/tokenizer.json")
    }
    #expect(error?.code == .noInput)
  }

  private static func tokens(of text: String, _ json: String) throws -> [Int] {
    try BytePairTokenizer(Array(json.utf8), TokenizerFile(path: "file", advice: "")).tokens(
      of: text, limit: 512)
  }

  private static func json(
    merges: String = #"["a b", "ab c"]"#, added: String = "", normalizer: String = "null",
    pieces: String = #"{"type": "ByteLevel", "add_prefix_space": false}"#,
    processor: String = "null", vocabulary: String = "", model: String = ""
  ) -> String {
    """
    {"added_tokens": [\(added.isEmpty ? "" : #"{"id": 6, \#(added)}"#)], "normalizer": \(normalizer),
    "pre_tokenizer": \(pieces), "post_processor": \(processor), "model": {"type": "BPE",
    "vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "abc": 5\(vocabulary)}, "merges": \(merges)\(model)}}
    """
  }
}
