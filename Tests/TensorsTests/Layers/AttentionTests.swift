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

  /// One token, tails that do not exist in each group, and more keys than a block holds.
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
  ]

  @Test(arguments: shapes, Precision.all)
  func equalsTheNaiveSoftmax(shape: Shape, precision: Precision) {
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
      Naive.table(precision.rounded(queries)), Naive.table(precision.rounded(keys)),
      Naive.table(precision.rounded(values)), heads: shape.heads, scale: 1)
    // The weights of a softmax are rounded as well.
    #expect(difference(output, expected) < (precision == .f32 ? 3e-6 : 4e-3))
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

  private func attended(
    _ queries: [[Float]], _ keys: [[Float]], _ values: [[Float]], _ heads: Int,
    _ queryGroups: Int, _ keyGroups: Int, _ precision: Precision
  ) -> [[Float]] {
    let (q, k) = (TokenPanels(queries, groups: queryGroups), TokenPanels(keys, groups: keyGroups))
    let v = TokenPanels(values, groups: keyGroups)
    let inputs = AttentionInputs(queries: q, keys: k, precision: precision)
    let zeros = FloatStorage(count: Tile.rows)
    for panel in 0..<q.count {
      let words = precision.panel(
        Floats(q.panel(panel)), channels: q.channels, into: q.panel(panel))
      inputs.queries.panel(panel)
        .update(from: words, count: inputs.queries.channels * Tile.columns)
    }
    for panel in 0..<k.count {
      let words = precision.panel(
        Floats(k.panel(panel)), channels: k.channels, into: k.panel(panel))
      inputs.keys.panel(panel).update(from: words, count: inputs.keys.channels * Tile.columns)
      for tile in 0..<k.channels / Tile.rows {
        inputs.storeValues(
          Floats(v.panel(panel) + tile * Tile.count), bias: Floats(zeros.base), index: tile,
          panel: panel)
      }
    }
    let output = TokenPanels(
      channels: q.channels, groups: queryGroups, tokens: queries[0].count / queryGroups)
    let attend = Attention(inputs: inputs, width: queries.count / heads)
    // What an earlier call left in the memory must not matter.
    let scratch = Scratch.spoiled()
    for panel in 0..<q.count {
      for head in 0..<heads {
        attend(
          head: head, panel: panel,
          into: output.panel(panel) + head * attend.width * Tile.columns, scratch)
      }
    }
    return output.values
  }
}
