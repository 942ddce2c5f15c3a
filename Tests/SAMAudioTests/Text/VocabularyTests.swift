import APCore
import TestSupport
import Testing

@testable import SAMAudio

@Suite struct VocabularyTests {
  /// Scores are float32 in one file and decimal numbers in the other.
  @Test func bothFilesSayTheSame() throws {
    let files = try TokenizerTests.files.map { try vocabulary(Files.read(path($0))) }
    let normal = files.map { $0.pieces.enumerated().filter(\.element.isNormal) }
    #expect(normal[0].map(\.offset) == normal[1].map(\.offset))
    #expect(normal[0].map(\.element.text) == normal[1].map(\.element.text))
    #expect(
      zip(normal[0], normal[1]).allSatisfy { abs($0.element.score - $1.element.score) < 1e-6 })
    #expect(files.allSatisfy { $0.characters != nil })
  }

  @Test(arguments: [
    ("", "first pieces"), ("\n", "1 bytes are needed"), ("{", "not JSON"),
    ("{}", "not a unigram model"),
    (#"{"model": {"type": "BPE", "unk_id": 2}}"#, "not a unigram model"),
    (#"{"model": {"type": "Unigram", "unk_id": 0}}"#, "not a unigram model"),
    (#"{"model": {"type": "Unigram", "unk_id": 2}}"#, "first pieces"),
    (#"{"model": {"type": "Unigram", "unk_id": 2, "vocab": [[1, 2]]}}"#, "entry 0"),
    (Self.json(pieces: #"["a", -1], ["a", -2]"#), "the piece \"a\" is there twice"),
    (Self.json(pieces: ""), "no usable scores"),
    (Self.json(pieces: #"["a", -1]"#, normalizer: #"{"type": "NFKC"}"#), "its normalizer"),
    (
      Self.json(
        pieces: #"["a", -1]"#,
        normalizer: #"{"type": "Precompiled", "precompiled_charsmap": "/////w=="}"#),
      "its map of characters"
    ),
  ])
  func refusesWhatIsNoTokenizerOfT5(text: String, message: String) {
    let error = #expect(throws: FilterError.self) {
      try Tokenizer(vocabulary(Array(text.utf8)), path: "file")
    }
    #expect(error?.code.status == .data)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("file") == true)
  }

  @Test func missingFileIsNoInput() {
    let error = #expect(throws: FilterError.self) { try Tokenizer(path: "/nonexistent/spiece") }
    #expect(error?.code == .noInput)
  }

  @Test func mapWithoutEndsIsRefused() {
    #expect(CharacterMap([]) == nil)
    #expect(CharacterMap([4, 0, 0]) == nil)
    #expect(CharacterMap([4, 0, 0, 0, 0, 0, 0, 0]) != nil)
    #expect(CharacterMap([5, 0, 0, 0, 0, 0, 0, 0, 0]) == nil)
    #expect(CharacterMap([8, 0, 0, 0, 0, 0, 0, 0]) == nil)
    #expect(CharacterMap([0, 0, 0, 0]) == nil)
    #expect(CharacterMap([4, 0, 0, 0, 0, 0, 0, 0, 65]) == nil)
  }

  /// Thousands of damaged files: each is used or refused, and none brings the process down.
  @Test(arguments: TokenizerTests.files) func damagedFilesAreReadOrRefused(file: String) throws {
    let original = try small(Files.read(path(file)))
    var random = SplitMix(seed: 4)
    var refused = 0
    let rounds = 2000
    for round in 0..<rounds {
      let bytes = Damage.some(of: original, round: round, using: &random)
      do {
        let tokenizer = try Tokenizer(vocabulary(bytes), path: "file")
        let tokens = tokenizer.tokens(of: "Ünïcode ﬁsh №½ 音 a bass guitar", limit: 64)
        #expect(tokens.last == 1)
        #expect(tokens.count <= 64)
      } catch {
        #expect(error.code.status == .data, "\(error)")
        refused += 1
      }
    }
    #expect((rounds / 10...rounds).contains(refused), "\(refused)")
  }

  /// Units that lead anywhere: whatever the map holds, a search in it ends.
  @Test func mapsOfAnyUnitsEnd() throws {
    var random = SplitMix(seed: 9)
    for _ in 0..<2000 {
      let count = Int.random(in: 1...64, using: &random)
      var bytes: [UInt8] = [UInt8((count * 4) & 0xff), UInt8((count * 4) >> 8), 0, 0]
      bytes += (0..<count * 4).map { _ in .random(in: 0...255, using: &random) }
      bytes += (0..<20).map { _ in .random(in: 0...255, using: &random) } + [0]
      let map = try #require(CharacterMap(bytes))
      let text = (0..<50).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(map.normalized(text).count <= 50 * 21)
    }
  }

  @Test(arguments: TokenizerTests.files) func cutFilesAreRefused(file: String) throws {
    let original = try Files.read(path(file))
    for length in [1, 100, 5000, original.count / 2, original.count - 30] {
      #expect(throws: FilterError.self, "\(length)") {
        try Tokenizer(vocabulary(Array(original[..<length])), path: "file")
      }
    }
  }

  // MARK: -

  private func path(_ file: String) -> String { fixture("sam-audio/t5/\(file)") }

  private func vocabulary(_ bytes: [UInt8]) throws(FilterError) -> Vocabulary {
    try Vocabulary(bytes, path: "file")
  }

  /// Without the map of characters, which is most of the file and can be anything.
  private func small(_ bytes: [UInt8]) throws -> [UInt8] {
    let vocabulary = try vocabulary(bytes)
    guard bytes.first == UInt8(ascii: "{") else {
      return vocabulary.pieces.flatMap { piece -> [UInt8] in
        let score = Float(piece.score).bitPattern
        let fields =
          [0x0a, UInt8(piece.text.count)] + piece.text + [0x15]
          + (0..<4).map { UInt8(truncatingIfNeeded: score >> (8 * $0)) }
          + [0x18, piece.isNormal ? 1 : 3]
        return [0x0a, UInt8(fields.count)] + fields
      } + [0x12, 0x02, 0x18, 0x01, 0x1a, 0x02, 0x18, 0x01]
    }
    let pieces = vocabulary.pieces.dropFirst(3).filter(\.isNormal).map { piece in
      #"["\#(String(decoding: piece.text, as: UTF8.self))", \#(piece.score)]"#
    }
    return Array(Self.json(pieces: pieces.joined(separator: ",")).utf8)
  }

  private static func json(pieces: String, normalizer: String = "null") -> String {
    let special = #"["<pad>", 0], ["</s>", 0], ["<unk>", 0]"#
    let vocab = pieces.isEmpty ? special : "\(special), \(pieces)"
    return """
      {"normalizer": \(normalizer), "model": {"type": "Unigram", "unk_id": 2, "vocab": [\(vocab)]}}
      """
  }
}
