import Testing

@testable import APCore

@Suite struct PlatformTextTests {
  static let names: [([UInt8], String)] = [
    ([], ""), (Array("café ☃ 🎸".utf8), "café ☃ 🎸"),
    ([0x63, 0xE9], "c\u{10FEE9}"), ([0xFF, 0x80], "\u{10FEFF}\u{10FE80}"),
    // A character that is cut; a surrogate; a slash in two bytes.
    ([0xE4, 0xB8], "\u{10FEE4}\u{10FEB8}"), ([0xED, 0xA0, 0x80], "\u{10FEED}\u{10FEA0}\u{10FE80}"),
    ([0xC0, 0xAF], "\u{10FEC0}\u{10FEAF}"),
    // U+10FEE9 itself, which must not come back as one byte.
    ([0xF4, 0x8F, 0xBB, 0xA9], "\u{10FEF4}\u{10FE8F}\u{10FEBB}\u{10FEA9}"),
    // Its neighbours are text.
    (Array("\u{10FE7F}\u{10FF00}".utf8), "\u{10FE7F}\u{10FF00}"),
  ]

  @Test(arguments: names) func everyNameIsATextOfItsOwn(bytes: [UInt8], text: String) {
    #expect(String(platformBytes: bytes) == text)
    #expect(text.platformBytes == bytes)
    #expect(text.platformString == bytes.map { CChar(bitPattern: $0) } + [0])
  }

  @Test func allBytesComeBack() {
    var state: UInt32 = 1
    for length in 0..<400 {
      let bytes = (0..<length).map { _ -> UInt8 in
        state = state &* 1_664_525 &+ 1_013_904_223
        // Half of them begin or go on with a character of UTF-8.
        let byte = UInt8(state >> 24)
        return state & 0x800 == 0
          ? byte : [0xC3, 0xA9, 0xE2, 0x98, 0x83, 0xF4, 0x8F][Int(byte) % 7]
      }
      #expect(String(platformBytes: bytes).platformBytes == bytes)
    }
  }

  @Test(arguments: [
    (0, ""), (1, "a"), (2, "a"), (3, "aé"), (4, "aé\u{10FEE9}"), (9, "aé\u{10FEE9}"),
  ])
  func aBeginningEndsWithAWholeCharacter(count: Int, text: String) {
    #expect("aé\u{10FEE9}".platformPrefix(count) == text)
  }

  @Test func isReadable() {
    #expect(String(platformBytes: [0x63, 0xE9, 0x2E]).readable == #"c\xE9."#)
    #expect("café".readable == "café")
  }
}
