import Checkpoints
import TestSupport
import Testing

@testable import Tensors

@Suite struct TokenGroupsTests {
  @Test(arguments: [0..<1, 1..<3, 0..<3]) func groupsAreWhereTheyAre(range: Range<Int>) {
    let rows = noise(rows: 5, columns: 3 * 50, seed: 2)
    let tokens = TokenPanels(rows, groups: 3)
    let some = tokens.groups(range)
    let columns = range.lowerBound * 50..<range.upperBound * 50
    #expect(some.values == rows.map { Array($0[columns]) })
    some.clear(workers: Workers.spoiled(threads: 2))
    #expect(
      tokens.values
        == rows.map { row in row.indices.map { columns.contains($0) ? 0 : row[$0] } })
  }

  /// A panel of each group goes out and comes back; its columns that do not exist may hold anything.
  @Test(arguments: [0, 1, 2]) func panelsOfAllGroupsGoTogether(panel: Int) {
    let rows = noise(rows: 4, columns: 5 * 100, seed: 3)
    let tokens = TokenPanels(rows, groups: 5)
    let slab = TokenPanels(channels: 4, groups: 5, tokens: Tile.columns)
    slab.copy(panel: panel, ofEachGroupOf: tokens, workers: Workers.spoiled(threads: 2))
    let valid = tokens.valid(panel: panel)
    for group in 0..<5 {
      for channel in 0..<4 {
        let first = group * 100 + panel * Tile.columns
        #expect(
          slab.values[channel][group * Tile.columns..<group * Tile.columns + valid]
            == rows[channel][first..<first + valid])
      }
    }
    let other = TokenPanels(channels: 4, groups: 5, tokens: 100)
    for index in 0..<3 {
      slab.copy(panel: index, ofEachGroupOf: tokens, workers: Workers.spoiled(threads: 2))
      slab.copy(toPanel: index, ofEachGroupOf: other, workers: Workers.spoiled(threads: 2))
    }
    #expect(other.values == rows)
  }

  @Test(arguments: [(0, 3), (2, 5), (6, 1)]) func channelsAreCutOutAndAdded(
    channels: (first: Int, count: Int)
  ) {
    let rows = noise(rows: 7, columns: 2 * 50, seed: 4)
    let tokens = TokenPanels(rows, groups: 2)
    let part = TokenPanels(channels: channels.count, groups: 2, tokens: 50)
    part.copy(channelsFrom: channels.first, of: tokens, workers: Workers.spoiled(threads: 2))
    let range = channels.first..<channels.first + channels.count
    #expect(part.values == Array(rows[range]))
    part.add(toChannelsFrom: channels.first, of: tokens, workers: Workers.spoiled(threads: 2))
    #expect(
      tokens.values
        == rows.enumerated().map { index, row in
          range.contains(index) ? row.map { 2 * $0 } : row
        })
  }

  /// Tokens change their places, and some go to several; groups have tails that do not exist.
  @Test(arguments: [(from: (1, 97), to: (2, 50)), ((3, 7), (1, 49)), ((2, 48), (4, 64))], [0, 2])
  func tokensAreGathered(
    shape: (from: (groups: Int, tokens: Int), to: (groups: Int, tokens: Int)), channel: Int
  ) {
    let count = shape.from.groups * shape.from.tokens
    let rows = noise(rows: 5, columns: count, seed: 7)
    let index = (0..<shape.to.groups * shape.to.tokens).map { ($0 * 29 + 3) % count }
    let before = noise(rows: 5 + channel, columns: index.count, seed: 8)
    let output = TokenPanels(before, groups: shape.to.groups)
    let source = TokenPanels(rows, groups: shape.from.groups)
    output.copy(
      tokens: index, of: source, toChannelsFrom: channel, workers: Workers.spoiled(threads: 2))
    let gathered = rows.map { row in index.map { row[$0] } }
    #expect(output.values == before[..<channel] + gathered)
    guard channel == 0 else { return }
    output.add(tokens: index, of: source, workers: Workers.spoiled(threads: 3))
    #expect(output.values == gathered.map { $0.map { 2 * $0 } })
  }

  /// A stored matrix with a gate: its rows and bias are brought into the order in which the gating needs them.
  @Test(arguments: [1, 3, 4, 9], [Activation.glu, .swiGLU, .geGLU, .none, .tanh])
  func storedMatricesAreOrderedForTheirActivation(outputs: Int, how: Activation) throws {
    let rows = how.isGated ? 2 * outputs : outputs
    let (weight, bias) = affine(rows, 6, seed: 5)
    let stored = try weights(["w": TensorValues(weight, shape: [rows, 6])])
    let workers = Workers.spoiled(threads: 2)
    let layer = Linear(
      try stored.rows("w", shape: [rows, 6]), bias: bias, activation: how,
      numerics: .float32, workers: workers)
    let input = noise(rows: 6, columns: 50, seed: 6)
    let output = TokenPanels(channels: outputs, groups: 1, tokens: 50)
    layer(TokenPanels(input), into: output, workers: workers)
    let product = Naive.linear(Naive.table(input), weight, bias)
    let expected = how.isGated ? Naive.gated(product, how) : Naive.activated(product, how)
    #expect(difference(output.values, expected) < 2e-6)
  }
}
