import APCore
import TestSupport
import Testing

@testable import SAMAudio

@Suite struct TokenizerTests {
  static let files = ["spiece.model", "tokenizer.json"]

  static func tokenizer(_ file: String) throws -> Tokenizer {
    try Tokenizer(path: fixture("sam-audio/t5/\(file)"))
  }

  /// What `transformers` makes of the same texts.
  @Test(arguments: files) func tokensAreTheReferences(file: String) throws {
    let tokenizer = try Self.tokenizer(file)
    let json = try JSONValue(
      parsing: Files.read(fixture("sam-audio/tokens.json")), limits: JSONLimits(bytes: 1 << 20))
    let cases = try #require(json.array)
    #expect(cases.count == 10)
    for entry in cases {
      let text = try #require(entry["text"]?.string)
      let ids = try #require(entry["ids"]?.array).compactMap(\.int)
      #expect(tokenizer.tokens(of: text, limit: 512) == ids, "\(text)")
    }
  }

  @Test(arguments: files) func nothingAndSpacesAreOnlyTheEnd(file: String) throws {
    let tokenizer = try Self.tokenizer(file)
    for text in ["", " ", "\t\n\r ", "\u{a0}\u{3000}"] {
      #expect(tokenizer.tokens(of: text, limit: 512) == [1], "\(Array(text.utf8))")
    }
  }

  @Test(arguments: files) func spacesAroundWordsDoNotMatter(file: String) throws {
    let tokenizer = try Self.tokenizer(file)
    let tokens = tokenizer.tokens(of: "man speaking", limit: 512)
    for text in [" man speaking", "man  speaking ", "man\tspeaking", "man\u{a0}\r\nspeaking"] {
      #expect(tokenizer.tokens(of: text, limit: 512) == tokens, "\(Array(text.utf8))")
    }
  }

  @Test(arguments: files) func unknownCharactersSideBySideAreOneToken(file: String) throws {
    let tokenizer = try Self.tokenizer(file)
    let one = tokenizer.tokens(of: "音", limit: 512)
    #expect(one.suffix(2) == [2, 1])
    #expect(tokenizer.tokens(of: "音楽🎸", limit: 512) == one)
    #expect(tokenizer.tokens(of: "音 楽", limit: 512) == one.dropLast() + one)
  }

  @Test(arguments: files) func charactersAreFoldedAsTheModelSays(file: String) throws {
    let tokenizer = try Self.tokenizer(file)
    for (text, plain) in [
      ("ｄｒｕｍｓ", "drums"), ("ﬁre", "fire"), ("x²", "x2"), ("e\u{301}", "\u{e9}"),
    ] {
      #expect(
        tokenizer.tokens(of: text, limit: 512) == tokenizer.tokens(of: plain, limit: 512),
        "\(text)")
    }
  }

  @Test(arguments: files) func longPromptsAreCutBeforeTheEnd(file: String) throws {
    let tokenizer = try Self.tokenizer(file)
    let long = String(repeating: "rain and thunder ", count: 10_000)
    let tokens = tokenizer.tokens(of: long, limit: 512)
    #expect(tokens.count == 512)
    #expect(tokens.last == 1)
    #expect(!tokens.dropLast().contains(1))
    #expect(tokenizer.tokens(of: "drums", limit: 1) == [1])
  }

  /// One word of 100,000 characters is no different.
  @Test func longWordsAreCutAsWell() throws {
    let tokenizer = try Self.tokenizer("spiece.model")
    let tokens = tokenizer.tokens(of: String(repeating: "x", count: 100_000), limit: 512)
    #expect(tokens.count == 512)
    #expect(Set(tokens[1..<511]).count == 1)
  }
}
