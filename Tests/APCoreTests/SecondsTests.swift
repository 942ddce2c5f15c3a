import APCore
import Testing

@Suite struct SecondsTests {
  @Test(
    arguments: [
      ("0", 0), ("90", 90), ("0.5", 0.5), (".5", 0.5), ("7.", 7), ("100000", 100_000), ("007", 7),
      ("1:30", 90), ("0:01:30.5", 90.5), ("90:00", 5_400), ("1:2", 62), ("25:00:00", 90_000),
      ("0:0.25", 0.25), ("00:59.999", 59.999), ("1:00:00", 3_600), ("0:.5", 0.5),
      ("", nil), (":", nil), ("1:", nil), (":30", nil), ("1::30", nil), ("1:60", nil),
      ("1:30:60", nil), ("1:60:30", nil), ("1:2:3:4", nil), ("1.5:30", nil), ("-1", nil),
      ("-1:30", nil), ("1:-30", nil), ("+1", nil), ("1e3", nil), ("0x1", nil), ("nan", nil),
      ("inf", nil), (" 1", nil), ("1 ", nil), ("1:30 ", nil), ("1s", nil), ("1,5", nil), (".", nil),
      ("1.2.3", nil), ("٣", nil), ("1:٣", nil), ("１", nil),
    ] as [(String, Double?)])
  func timesAreReadAsPeopleWriteThem(text: String, seconds: Double?) {
    #expect(Seconds(text)?.value == seconds)
  }
}
