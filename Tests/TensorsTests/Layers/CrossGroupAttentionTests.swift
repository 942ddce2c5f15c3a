import TestSupport
import Testing

@testable import Tensors

@Suite struct CrossGroupAttentionTests {
  /// Groups that fill no block and places that fill no panel, more groups than a panel has columns, and heads that
  /// fill no tile.
  @Test(
    arguments: [
      (1, 1), (2, 5), (3, 48), (4, 17), (5, 50), (7, 33), (60, 3), (49, 100),
    ] as [(groups: Int, tokens: Int)], [(1, 2), (2, 8), (3, 6), (2, 10)])
  func equalsTheNaiveSoftmax(
    shape: (groups: Int, tokens: Int), heads shapeOfHeads: (count: Int, width: Int)
  ) {
    let heads = Heads(count: shapeOfHeads.count, width: shapeOfHeads.width)
    let channels = heads.count * heads.width
    let columns = shape.groups * shape.tokens
    // Queries, keys and values, one below the other.
    let rows = noise(rows: 3 * channels, columns: columns, seed: 1, scale: 2)
    let gates = noise(rows: heads.count, columns: columns, seed: 2, scale: 3)
    let workers = Workers.spoiled(threads: 2)
    let rotation = RotaryTable(
      width: heads.width, tokens: shape.groups, theta: 100, workers: workers)

    let order = heads.order(parts: 3)
    let filling = [Float](repeating: 0, count: columns)
    let projected = TokenPanels(order.map { $0.map { rows[$0] } ?? filling }, groups: shape.groups)
    let attention = ActivationPlan.allocate {
      CrossGroupAttention(like: projected, heads: heads, during: .init(0), plan: &$0)
    }
    attention.projected.copy(projected, workers: workers)
    let results = [1, 3].map { threads in
      let output = TokenPanels(
        channels: heads.channels, groups: shape.groups, tokens: shape.tokens)
      attention.attend(
        rotation: rotation, gates: TokenPanels(gates, groups: shape.groups), into: output,
        workers: .spoiled(threads: threads))
      return output.values
    }
    #expect(results[1] == results[0])

    for token in 0..<shape.tokens {
      func sequence(_ rows: ArraySlice<[Float]>) -> [[Float]] {
        rows.map { row in (0..<shape.groups).map { row[$0 * shape.tokens + token] } }
      }
      func part(_ index: Int) -> Table {
        Naive.table(sequence(rows[index * channels..<(index + 1) * channels]))
      }
      func turned(_ index: Int) -> Table {
        Naive.rotated(part(index), width: heads.width, theta: 100)
      }
      let expected = Naive.attention(
        turned(0), turned(1), part(2), heads: heads.count, scale: 1)
      let gated = expected.enumerated().map { channel, row in
        zip(row, sequence(gates[...])[channel / heads.width]).map {
          $0 * Naive.sigmoid(Double($1))
        }
      }
      let own = heads.order().indices.filter { heads.order()[$0] != nil }
      let found = sequence(own.map { results[0][$0] }[...])
      #expect(difference(found, gated) < 3e-6, "\(token)")
    }
  }
}
