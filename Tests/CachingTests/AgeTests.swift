import Testing

@testable import Caching

@Suite struct AgeTests {
  @Test(arguments: [("0s", 0), ("90m", 5_400), ("2h", 7_200), ("30d", 2_592_000), ("1w", 604_800)])
  func agesAreRead(text: String, seconds: Int) {
    #expect(Age(argument: text)?.seconds == seconds)
  }

  @Test(arguments: ["", "d", "30", "-1d", "1.5d", "1y", "1 d", "99999999999999999999d"])
  func whatIsNoAgeIsRefused(text: String) {
    #expect(Age(argument: text) == nil)
  }
}
