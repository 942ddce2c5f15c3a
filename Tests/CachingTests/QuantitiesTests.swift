import APCore
import Testing

@testable import Caching

@Suite struct QuantitiesTests {
  @Test(arguments: [
    ("0", 0), ("1", 1), ("1k", 1 << 10), ("20G", 20 << 30), ("1.5M", 3 << 19), ("2T", 2 << 40),
  ])
  func sizesAreRead(text: String, bytes: Int) {
    #expect(ByteSize(argument: text)?.bytes == bytes)
  }

  @Test(arguments: [
    "", "G", "-1", "1.2.3", ".5G", "1 G", "1GB", "1P", "nan", "inf", "9999999999T", "１G",
  ])
  func whatIsNoSizeIsRefused(text: String) {
    #expect(ByteSize(argument: text) == nil)
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1_000, "1.0 KB"), (1 << 20, "1.0 MB"), (200 << 20, "200 MB"),
    (1 << 30, "1.0 GB"), (Int(99.97 * 1024), "100 KB"), (5_000 << 40, "5000 TB"),
  ])
  func sizesAreShown(bytes: Int, text: String) {
    #expect(ByteSize(bytes: bytes).description == text)
  }

  @Test(arguments: [("0s", 0), ("90m", 5_400), ("2h", 7_200), ("30d", 2_592_000), ("1w", 604_800)])
  func agesAreRead(text: String, seconds: Int) {
    #expect(Age(argument: text)?.seconds == seconds)
  }

  @Test(arguments: ["", "d", "30", "-1d", "1.5d", "1y", "1 d", "99999999999999999999d"])
  func whatIsNoAgeIsRefused(text: String) {
    #expect(Age(argument: text) == nil)
  }

  @Test func theEnvironmentTurnsItOffAndLimitsIt() throws {
    func settings(_ variables: [String: String]) throws -> CacheSettings {
      try CacheSettings { variables[$0] }
    }
    #expect(try settings([:]) == CacheSettings())
    #expect(try !settings(["AP_CACHE": "off"]).isOn)
    #expect(try settings(["AP_CACHE": "on"]).isOn)
    #expect(try settings(["AP_CACHE_MAX_SIZE": "1K"]).maxSize?.bytes == 1_024)
    for wrong in [["AP_CACHE": "yes"], ["AP_CACHE_MAX_SIZE": "much"]] {
      let error = #expect(throws: FilterError.self) { try settings(wrong) }
      #expect(error?.code == .configuration)
    }
  }
}
