import Testing

@testable import Tensors

struct ActivationPlanTests {
  /// Of a page.
  private let page = 1024

  /// On which pages buffers of less than a page begin.
  private func places(_ lives: [ClosedRange<Int>]) -> [Int] {
    var places: [Int] = []
    _ = ActivationPlan.floats { plan in
      let bases = lives.map { plan.take(64, during: .init($0)) }
      places = bases.map { ($0 - bases[0]) / page }
    }
    return places
  }

  @Test(arguments: [
    ([0...0, 1...1, 2...2], [0, 0, 0]),
    ([0...1, 1...2, 2...3], [0, 1, 0]),
    ([0...3, 1...1, 2...2, 1...2], [0, 1, 1, 2]),
    ([0...9, 0...9], [0, 1]),
    ([0...2, 0...0, 0...2, 1...2], [0, 1, 2, 1]),
  ])
  func whatIsNeverAliveAtOnceSharesMemory(lives: [ClosedRange<Int>], expected: [Int]) {
    #expect(places(lives) == expected)
  }

  @Test func aGapThatIsTooSmallIsPassed() {
    let floats = ActivationPlan.floats { plan in
      _ = plan.take(64, during: .init(0...2))
      _ = plan.take(64, during: .init(0))
      _ = plan.take(64, during: .init(0...2))
      _ = plan.take(page, during: .init(1))
    }
    #expect(floats == 3 * page + 2 * page)
  }

  @Test func stagesInTurnsAreNoRange() {
    let floats = ActivationPlan.floats { plan in
      _ = plan.take(64, during: [.init(1), .init(3)])
      _ = plan.take(64, during: .init(2))
    }
    #expect(floats == page)
  }

  @Test func buffersKeepTheirMemoryWhenThePlanIsGone() {
    let (blocks, tokens) = ActivationPlan.allocate { plan in
      (
        plan.blocks(channels: 3, columns: 50, during: .init(0)),
        plan.tokens(channels: 2, tokens: 49, during: .init(0))
      )
    }
    for panel in 0..<2 { for row in 0..<3 { blocks.panel(0, panel)[row, 1] = 1 } }
    for panel in 0..<2 { tokens[panel][1, 47] = 2 }
    #expect(blocks.panel(0, 1)[2, 1] == 1)
    #expect(tokens[1][1, 47] == 2)
    #expect(tokens[0][0, 0] == 0)
  }

  @Test func marginsAreClearedWhereSomethingElseStood() {
    let (first, second) = ActivationPlan.allocate { plan in
      (
        plan.blocks(count: 2, channels: 2, columns: 100, during: .init(0)),
        plan.blocks(count: 2, channels: 2, columns: 20, during: .init(1))
      )
    }
    for block in 0..<2 {
      for row in 0..<2 { for column in 0..<100 { first.row(block, row)[column] = .nan } }
    }
    second.clearMargins(Workers(threads: 2))
    for block in 0..<2 {
      for row in 0..<2 {
        let row = second.row(block, row)
        #expect((1...Blocks.margin).allSatisfy { row[-$0] == 0 && row[19 + $0] == 0 })
      }
    }
  }

  /// Weights of 0 for keys that do not exist are no help against what is not a number.
  @Test func tokensThatDoNotExistAreClearedWhereSomethingElseStood() {
    let workers = Workers(threads: 2)
    let (first, second) = ActivationPlan.allocate { plan in
      (
        plan.tokens(channels: 3, groups: 2, tokens: 96, during: .init(0)),
        plan.tokens(channels: 3, groups: 2, tokens: 50, during: .init(1))
      )
    }
    for panel in 0..<4 { first.panel(panel).update(repeating: .nan, count: 3 * Tile.columns) }
    second.clearPadding(workers)
    for panel in 0..<4 {
      for place in 0..<3 * Tile.columns {
        let exists = place % Tile.columns < second.valid(panel: panel)
        #expect(exists ? second.panel(panel)[place].isNaN : second.panel(panel)[place] == 0)
      }
    }
  }
}
