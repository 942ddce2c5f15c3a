import TestSupport
import Testing

@testable import Tensors

@Suite struct AttentionTests {
  struct Shape: Sendable {
    var heads: Int
    var width: Int
    /// Groups, and tokens of each.
    var queries: (groups: Int, tokens: Int)
    var keys: (groups: Int, tokens: Int)
  }

  /// One token, tails that do not exist in each group, more keys than a block holds, and heads that fill no tile.
  static let shapes = [
    Shape(heads: 1, width: 8, queries: (1, 1), keys: (1, 1)),
    Shape(heads: 2, width: 8, queries: (1, 5), keys: (1, 49)),
    Shape(heads: 1, width: 16, queries: (3, 7), keys: (2, 50)),
    Shape(heads: 2, width: 48, queries: (1, 48), keys: (1, 3)),
    Shape(heads: 1, width: 64, queries: (1, 47), keys: (1, 96)),
    Shape(heads: 2, width: 8, queries: (2, 3), keys: (5, 48)),
    Shape(heads: 1, width: 8, queries: (1, 2), keys: (6, 1)),
    Shape(heads: 1, width: 16, queries: (1, 50), keys: (1, 529)),
    Shape(heads: 2, width: 8, queries: (1, 1), keys: (11, 9)),
    Shape(heads: 3, width: 1, queries: (1, 5), keys: (1, 49)),
    Shape(heads: 2, width: 3, queries: (2, 7), keys: (3, 50)),
    Shape(heads: 5, width: 12, queries: (1, 50), keys: (1, 300)),
    Shape(heads: 1, width: 21, queries: (3, 4), keys: (3, 60)),
  ]

  @Test(arguments: shapes, NumberFormat.products)
  func equalsTheNaiveSoftmax(shape: Shape, precision: NumberFormat) {
    let channels = shape.heads * shape.width
    // Some weights of a softmax are large, most are not: scores reach about ±15.
    let queries = noise(
      rows: channels, columns: shape.queries.groups * shape.queries.tokens, seed: 1,
      scale: 12 / Float(shape.width).squareRoot())
    let columns = shape.keys.groups * shape.keys.tokens
    let keys = noise(rows: channels, columns: columns, seed: 2)
    let values = noise(rows: channels, columns: columns, seed: 3)
    let output = attended(
      queries, keys, values, shape.heads, shape.queries.groups, shape.keys.groups, precision)
    let expected = Naive.attention(
      Naive.table(precision.factors(queries)), Naive.table(precision.factors(keys)),
      Naive.table(precision.factors(values)), heads: shape.heads, scale: 1)
    #expect(difference(output, expected) < Self.bound(precision))
  }

  /// Key k has the score k · factor: a factor so large takes the largest key alone.
  @Test(arguments: [0x1p20, -0x1p20, 0x1p60, -0x1p60, 0x1p118, -0x1p118] as [Float], [2, 300])
  func hugeScoresTakeTheLargestKey(factor: Float, count: Int) {
    var queries = Array(repeating: [Float](repeating: 0, count: 2), count: 8)
    queries[3] = [factor, -factor]
    var keys = Array(repeating: [Float](repeating: 0, count: count), count: 8)
    keys[3] = (0..<count).map(Float.init)
    let values = noise(rows: 8, columns: count, seed: 4)
    let output = attended(queries, keys, values, 1, 1, 1, .f32)
    for channel in 0..<8 {
      let (first, last) = (values[channel][0], values[channel][count - 1])
      #expect(output[channel] == (factor > 0 ? [last, first] : [first, last]))
    }
  }

  @Test(arguments: [1, 48, 300]) func equalScoresGiveTheMean(count: Int) {
    let queries = Array(repeating: [Float](repeating: 1e5, count: 1), count: 8)
    let keys = Array(repeating: [Float](repeating: -1e5, count: count), count: 8)
    let values = noise(rows: 8, columns: count, seed: 5)
    let means = Naive.table(values).map { [$0.reduce(0, +) / Double(count)] }
    #expect(difference(attended(queries, keys, values, 1, 1, 1, .f32), means) < 1e-6)
  }

  /// Each group attends to its own keys only, with one of two biases that know each pair of a query and a key.
  @Test(
    arguments: [(groups: 1, tokens: 7), (3, 5), (2, 60), (4, 48), (3, 64)], NumberFormat.products)
  func groupsMayBeByThemselves(_ shape: (groups: Int, tokens: Int), precision: NumberFormat) {
    func bias(_ table: Int, _ head: Int, _ query: Int, _ key: Int) -> Double {
      Double((query * 3 + key * 7 + head * 5) % 11) / 4 - (table == 1 && query < key ? 100 : 0)
    }
    let tables = (0..<shape.groups).map { $0 % 2 }
    let biases = RelativeBias(heads: 2, tokens: shape.tokens, tableOfGroup: tables) {
      Float(bias($0, $1, $2, $3))
    }
    let heads = Heads(count: 2, width: 5)
    let rows = (1...3).map {
      noise(rows: 10, columns: shape.groups * shape.tokens, seed: UInt64($0), scale: 3)
    }
    let output = attended(
      rows[0], rows[1], rows[2], heads.count, shape.groups, shape.groups, precision,
      perGroup: true, bias: biases)
    for group in 0..<shape.groups {
      func part(_ rows: [[Float]]) -> [[Float]] {
        rows.map { Array($0[group * shape.tokens..<(group + 1) * shape.tokens]) }
      }
      let parts = rows.map { Naive.table(precision.factors(part($0))) }
      let expected = Naive.attention(
        parts[0], parts[1], parts[2], heads: heads.count, scale: 1,
        bias: { bias(tables[group], $0, $1, $2) })
      #expect(difference(part(output), expected) < Self.bound(precision))
    }
  }

  /// In 16 bits the weights of a softmax are rounded as well; and in half precision the scores.
  private static func bound(_ precision: NumberFormat) -> Double {
    precision == .f32 ? 3e-6 : precision == .f16 ? 1e-2 : 4e-3
  }

  /// What half precision has no number for must not become a weight of zero, nor be lost in the others.
  @Test(
    arguments: [
      (key: 1, value: 1, isLost: false), (1, 65_504, false), (1, 70_000, true),
      (1, -.infinity, true),
      (2000, 1, true), (-2000, 1, true), (70_000, 1, true), (.nan, 1, true), (120, 1, false),
    ] as [(Float, Float, Bool)])
  func whatOverflowsIsNotLost(key: Float, value: Float, isLost: Bool) {
    func rows(_ other: Float, _ one: Float) -> [[Float]] {
      Array(repeating: (0..<97).map { $0 == 5 ? one : other }, count: 64)
    }
    let queries = Array(repeating: [8 as Float], count: 64)
    let output = attended(queries, rows(0.01, key), rows(0.5, value), 1, 1, 1, .f16)
    // The key at that place has all of the weight, but for its rounding.
    #expect(output.allSatisfy { isLost ? $0[0].isNaN : abs($0[0] - value) <= 1e-3 * value })
  }

  private func attended(
    _ queries: [[Float]], _ keys: [[Float]], _ values: [[Float]], _ heads: Int,
    _ queryGroups: Int, _ keyGroups: Int, _ precision: NumberFormat, perGroup: Bool = false,
    bias: RelativeBias? = nil
  ) -> [[Float]] {
    let heads = Heads(count: heads, width: queries.count / heads)
    let order = heads.order()
    func panels(_ rows: [[Float]], groups: Int) -> TokenPanels {
      let filling = [Float](repeating: 0, count: rows[0].count)
      return TokenPanels(order.map { $0.map { rows[$0] } ?? filling }, groups: groups)
    }
    let (q, k) = (panels(queries, groups: queryGroups), panels(keys, groups: keyGroups))
    let v = panels(values, groups: keyGroups)
    let inputs = AttentionInputs(
      queries: q, keys: k, heads: heads, precision: precision, perGroup: perGroup)
    for (from, to) in [(q, inputs.queries), (k, inputs.keys)] {
      for panel in 0..<from.count {
        let words = precision.panel(
          from[panel], channels: from.channels, into: from[panel])
        to[panel].copy(words, rows: to.channels)
      }
    }
    for panel in 0..<v.count {
      for tile in 0..<v.channels / Tile.rows {
        inputs.storeValues(
          Floats(v.panel(panel) + tile * Tile.count), index: tile, panel: panel)
      }
    }
    let output = TokenPanels(
      channels: heads.channels, groups: queryGroups, tokens: queries[0].count / queryGroups)
    // What an earlier call left in the memory must not matter.
    let scratch = Scratch.spoiled()
    for panel in 0..<q.count {
      for head in 0..<heads.count {
        inputs.attend(head: head, panel: panel, bias: bias, into: output, scratch)
      }
    }
    let results = output.values
    return order.indices.filter { order[$0] != nil }.map { results[$0] }
  }
}
