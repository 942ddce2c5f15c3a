import TestSupport
import Testing

/// A negative number is called what it is, with and without an equals sign.
@Suite struct NegativeValueTests {
  private static let options: [(command: [String], option: String)] = [
    (["ap-decode", "a.wav"], "--start-time"), (["ap-decode", "a.wav"], "--end-time"),
    (["ap-decode", "a.wav"], "--rate"), (["ap-decode", "a.wav"], "--channels"),
    (["ap-decode", "a.wav"], "--stream"), (["ap-segment"], "--length"),
    (["ap-segment"], "--overlap"), (["ap-segment", "--max-length", "9"], "--min-length"),
    (["ap-segment", "--min-length", "9"], "--max-length"), (["ap-segment"], "--max-segments"),
    (["ap-demucs"], "--shifts"), (["ap-demucs", "--shifts", "1"], "--seed"),
    (["ap-demucs"], "--overlap"), (["ap-demucs"], "--segment"),
    (["ap-roformer"], "--overlap"), (["ap-roformer"], "--chunk"),
    (["ap-sam", "--prompt", "dog"], "--steps"), (["ap-sam", "--prompt", "dog"], "--seed"),
    (["ap-encode", "-o", "a.wav"], "--rate"), (["ap-run", "a.yaml"], "--jobs"),
    (["ap-xfade"], "--threads"), (["ap-mix", "a=b"], "--threads"),
    (["ap-view", "--png", "a.png"], "--threads"),
    (["ap-cache"], "--max-size"), (["ap-cache", "clean"], "--older-than"),
  ]

  @Test(arguments: options)
  func itMustNotBe(words: [String], option: String) throws {
    for value in [[option, "-5"], ["\(option)=-5"], [option, "-.5"], [option, "-1:30"]] {
      var command = Command(words[0])
      command.arguments = words.dropFirst() + value
      let outcome = try command.run()
      #expect(outcome.status == 64, "\(value)")
      #expect(
        outcome.errors
          == "\(words[0]): \(option) must not be negative. See '\(words[0]) --help'.\n", "\(value)")
    }
  }

  /// A complaint about something else stays.
  @Test(arguments: [
    (["ap-decode", "a.wav", "--nonsense"], "--nonsense"),
    (["ap-sam", "--span", "-1..2", "--prompt", "a"], "The span -1.0..2.0 has no --prompt before"),
    (["ap-sam", "--prompt", "a", "--span", "-1..2", "--span", "+3..2"], "two times that follow"),
    (["ap-segment", "--length", "--overlap", "1"], "Missing value for '--length"),
  ])
  func otherMistakesKeepTheirWords(words: [String], mention: String) throws {
    var command = Command(words[0])
    command.arguments = Array(words.dropFirst())
    let outcome = try command.run()
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(mention), "\(outcome.errors)")
  }
}
