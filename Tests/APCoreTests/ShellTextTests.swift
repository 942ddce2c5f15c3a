import APCore
import Testing

@Suite struct ShellTextTests {
  static let words = [
    ("", "''"), ("a", "a"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#),
    ("stems/{track}.wav", "'stems/{track}.wav'"),
    ("--set=a", "--set=a"), ("a=b", "'a=b'"), ("time", "'time'"), ("~", "'~'"), ("é", "'é'"),
    ("a\nb", "'a\nb'"),
  ]

  @Test(arguments: words)
  func aWordIsQuotedWhereItMustBe(word: String, text: String) {
    #expect(ShellText.quoted(word) == text)
  }
}
