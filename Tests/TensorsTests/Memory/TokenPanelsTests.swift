import Testing

@testable import Tensors

@Suite struct TokenPanelsTests {
  @Test(arguments: [1, 3], [1, 47, 48, 49, 336]) func panelsHoldEachTokenOnce(
    groups: Int, tokens: Int
  ) {
    let panels = TokenPanels(channels: 5, groups: groups, tokens: tokens)
    #expect(panels.panelsPerGroup == (tokens + 47) / 48)
    #expect(panels.count == groups * panels.panelsPerGroup)
    let valid = (0..<panels.count).map { panels.valid(panel: $0) }
    #expect(valid.reduce(0, +) == groups * tokens)
    #expect(valid.allSatisfy { (1...48).contains($0) })
    for panel in 0..<panels.count {
      #expect(panels.panel(panel) - panels.panel(0) == panel * 5 * 48)
      #expect((0..<5 * 48).allSatisfy { panels.panel(panel)[$0] == 0 })
    }
  }
}
