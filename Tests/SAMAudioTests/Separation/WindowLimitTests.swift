import APCore
import Tensors
import TestSupport
import Testing

@testable import SAMAudio

@Suite struct WindowLimitTests {
  private let limit: WindowLimit

  /// That of the released small model.
  init() throws {
    limit = WindowLimit(
      try SAMAudioConfig(path: fixture("sam-audio/configs/small.json")),
      Companions(frameModel: nil, judge: nil, clap: nil))
  }

  private func megabytes(_ seconds: Int) -> Int {
    limit.memory(seconds * 48_000, textTokens: 8, precision: .f32) >> 20
  }

  /// What a tile of the codec takes, and from then on so much a second.
  @Test func memoryGrowsWithTheWindow() {
    let growth = [10, 20, 30].map(megabytes)
    #expect(growth[0] > 100)
    #expect(growth[0] < 500)
    let second = growth[1] - growth[0]
    #expect((15...30).contains(second))
    #expect(abs(growth[2] - growth[1] - second) <= second / 10)
  }

  @Test(arguments: [(nil, "Put ap-segment --length 30"), (3, "Give ap-segment a shorter --length")])
  func whatIsTooLongIsSaid(window: Int?, advice: String) {
    #expect(throws: Never.self) { try limit.check(400 * 48_000, window: window) }
    let error = #expect(throws: FilterError.self) {
      try limit.check(400 * 48_000 + 1, window: window)
    }
    #expect(error?.code == .badInput)
    #expect(error?.advice.hasPrefix(advice) == true)
  }
}
