import TestSupport
import Testing

@Suite struct SupportTests {
  @Test func pipesCarryBytes() throws {
    let input = [UInt8](repeating: 7, count: 1_000_000)
    let outcomes = try Pipeline([.tool("cat"), .tool("cat"), .tool("wc", "-c")]).run(.bytes(input))
    #expect(outcomes.map(\.status) == [0, 0, 0])
    #expect(outcomes[2].text.contains("1000000"))
  }
}
