import Tensors
import TestSupport
import Testing

@testable import Demucs

@Suite struct TransformerLayerTests {
  struct Shape: Sendable {
    var heads: Int
    var width: Int
    /// Groups, and tokens of each.
    var first: (groups: Int, tokens: Int)
    var second: (groups: Int, tokens: Int)
  }

  static let shapes = [
    Shape(heads: 1, width: 8, first: (1, 1), second: (1, 1)),
    Shape(heads: 2, width: 8, first: (3, 5), second: (1, 49)),
    Shape(heads: 1, width: 48, first: (2, 49), second: (1, 7)),
    Shape(heads: 2, width: 16, first: (6, 2), second: (1, 250)),
    Shape(heads: 1, width: 64, first: (2, 3), second: (1, 48)),
    Shape(heads: 4, width: 1, first: (2, 3), second: (1, 50)),
    Shape(heads: 2, width: 3, first: (3, 5), second: (1, 49)),
    Shape(heads: 4, width: 12, first: (2, 49), second: (1, 7)),
    Shape(heads: 3, width: 21, first: (6, 2), second: (1, 250)),
  ]

  @Test(arguments: shapes, [false, true])
  func equalsTheNaiveLayerForAnyNumberOfThreads(shape: Shape, isCross: Bool) throws {
    let channels = shape.heads * shape.width
    let rows = [shape.first, shape.second].enumerated().map { index, size in
      noise(rows: channels, columns: size.groups * size.tokens, seed: UInt64(1 + index), scale: 2)
    }
    let weights = [300, 600].map {
      TransformerWeights(channels: channels, heads: shape.heads, isCross: isCross, seed: $0)
    }
    let tables = rows.map(Naive.table)
    let expected = [0, 1].map { branch in
      weights[branch].naive(tables[branch], attendingTo: tables[isCross ? 1 - branch : branch])
    }
    let groups = [shape.first.groups, shape.second.groups]
    for numerics in Numerics.all {
      let layers = try weights.map { try $0.layer(numerics) }
      let layer = TransformerLayerPair(layers[0], layers[1], isCross: isCross)
      let results = [1, 2, 3, 7].map {
        applied(layer, rows, groups, isCross, numerics, threads: $0)
      }
      for (result, expected) in zip(results[0], expected) {
        #expect(difference(result, expected) < numerics.tolerance)
      }
      for result in results { #expect(result == results[0]) }
    }
  }

  /// Equal tokens have no deviation that a norm could divide by.
  @Test(arguments: [0, 1, -1000] as [Float], [false, true])
  func constantTokensStayFinite(value: Float, isCross: Bool) throws {
    let weights = try TransformerWeights(channels: 8, heads: 1, isCross: isCross, seed: 7)
      .layer(.float32)
    let rows = Array(repeating: Array(repeating: value, count: 50), count: 8)
    let layer = TransformerLayerPair(weights, weights, isCross: isCross)
    let results = applied(layer, [rows, rows], [1, 1], isCross, .float32, threads: 1)
    #expect(results.allSatisfy { $0.allSatisfy { $0.allSatisfy(\.isFinite) } })
  }

  private func applied(
    _ layer: TransformerLayerPair, _ rows: [[[Float]]], _ groups: [Int], _ isCross: Bool,
    _ numerics: Numerics, threads: Int
  ) -> [[[Float]]] {
    let branches = zip(rows, groups).map { TokenPanels($0, groups: $1) }
    let attended = branches.map {
      TokenPanels(channels: layer.heads.channels, groups: $0.groups, tokens: $0.tokens)
    }
    let attention = [0, 1].map {
      AttentionInputs(
        queries: branches[$0], keys: branches[isCross ? 1 - $0 : $0], heads: layer.heads,
        precision: numerics.multiplied)
    }
    layer(
      branches, attention: attention, attended: attended,
      workers: Workers(threads: threads))
    return branches.map(\.values)
  }
}
