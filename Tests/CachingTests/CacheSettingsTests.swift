import APCore
import Testing

@testable import Caching

@Suite struct CacheSettingsTests {
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
