import APCore
import Testing

@testable import SAMAudio

@Suite struct PromptTests {
  @Test(arguments: [
    ("dog barking", "dog-barking"), ("Dog Barking!", "dog-barking"), ("  a\tb \n", "a-b"),
    ("808s & hi-hats", "808s-hi-hats"), ("...crowd...", "crowd"), ("KÖLSCH café", "k-lsch-caf"),
    ("x", "x"), ("a_b.c", "a-b-c"),
    (String(repeating: "a", count: 99), String(repeating: "a", count: 55)),
    // No hyphen at the end of what was cut.
    (String(repeating: "ab ", count: 99), String(repeating: "ab-", count: 18) + "a"),
    (String(repeating: "abcd ", count: 99), String(repeating: "abcd-", count: 10) + "abcd"),
  ])
  func tracksAreNamedByTheirWords(words: String, track: String) {
    let prompt = Prompt(SoundDescription(words), number: 7)
    #expect(prompt.track == track)
    #expect(prompt.words == words)
    #expect(Track.isValid(name: prompt.track))
    #expect(Track.isValid(name: prompt.residualTrack))
  }

  /// Words of any script are words; only their place can name their track.
  @Test func tracksAreNamedByTheirPlaceWhereNoLetterIsLeft() throws {
    let span = try #require(AnchorSpan("+1..2"))
    let sounds = ["dog", "犬の鳴き声", "猫", "犬 dog 2", "!?"].map { SoundDescription($0) }
    let prompts = try Prompt.list(sounds + [SoundDescription("", spans: [span])], reserved: nil)
    #expect(prompts.map(\.track) == ["dog", "sound-2", "sound-3", "dog-2", "sound-5", "sound-6"])
    #expect(prompts.map(\.words) == ["dog", "犬の鳴き声", "猫", "犬 dog 2", "!?", ""])
    #expect(prompts.map(\.spans) == [[], [], [], [], [], [span]])
    #expect(
      OutputTrack.all(Array(prompts.suffix(2)), settings: SAMSettings()).map(\.track.prompt)
        == ["!?", nil])
  }

  @Test(
    arguments: [
      (["dog", "cat", "Dog!"], nil, "\"dog\" and \"Dog!\" would both be the track \"dog\""),
      (["dog", ""], nil, "Prompt 2 has no words"),
      (["犬", "sound 1"], nil, "\"犬\" and \"sound 1\" would both be the track \"sound-1\""),
      (["dog", "other"], "other", "which is that of the last residual"),
      (Array(repeating: "dog", count: 101), nil, "at most 100 prompts"),
      ([String(repeating: "dog ", count: 3000)], nil, "at most 8192 bytes"),
    ] as [([String], String?, String)])
  func promptsAreTracksSideBySide(texts: [String], reserved: String?, message: String) {
    let error = #expect(throws: FilterError.self) {
      try Prompt.list(texts.map { SoundDescription($0) }, reserved: reserved)
    }
    #expect(error?.code == .usage)
    #expect(error?.message.contains(message) == true)
  }

  @Test func promptsKeepTheirOrder() throws {
    let prompts = try Prompt.list(
      ["other", "dog", "a cat"].map { SoundDescription($0) }, reserved: nil)
    #expect(prompts.map(\.track) == ["other", "dog", "a-cat"])
  }
}

@Suite struct OutputTrackTests {
  @Test(
    arguments: [
      (false, false, ["dog", "cat"], ["Dog", "cat"]),
      (true, false, ["dog", "dog.residual", "cat", "cat.residual"], ["Dog", "Dog", "cat", "cat"]),
      (false, true, ["dog", "cat", "other"], ["Dog", "cat", nil]),
      (
        true, true, ["dog", "dog.residual", "cat", "cat.residual", "other"],
        ["Dog", "Dog", "cat", "cat", nil]
      ),
    ] as [(Bool, Bool, [String], [String?])])
  func tracksFollowThePrompts(
    residuals: Bool, chained: Bool, names: [String], words: [String?]
  ) throws {
    var settings = SAMSettings()
    settings.givesResiduals = residuals
    settings.chainsResiduals = chained
    let outputs = OutputTrack.all(
      try Prompt.list(["Dog", "cat"].map { SoundDescription($0) }, reserved: nil),
      settings: settings)
    #expect(outputs.map(\.track.name) == names)
    #expect(outputs.map(\.track.prompt) == words)
  }
}
