import Checkpoints
import TestSupport
import Testing

@testable import Tensors

/// Attention together with its projections.
@Suite struct AttentionProjectionTests {
  struct Shape: Sendable {
    var heads: Int
    var width: Int
    var queries: Int
    var keys: Int
  }

  static let shapes = [
    Shape(heads: 1, width: 8, queries: 1, keys: 1), Shape(heads: 2, width: 8, queries: 50, keys: 6),
    Shape(heads: 3, width: 16, queries: 7, keys: 97),
    Shape(heads: 1, width: 64, queries: 49, keys: 300),
    Shape(heads: 3, width: 5, queries: 11, keys: 50),
    Shape(heads: 2, width: 12, queries: 60, keys: 7),
  ]

  /// Bias, gates, head norms with a rotation: each on its own, and all together.
  @Test(
    arguments: shapes,
    [[], [.bias], [.gates], [.norms], [.rotation], [.bias, .gates, .norms, .rotation]] as [Extras])
  func equalsTheNaiveOneForAnyNumberOfThreads(shape: Shape, extras: Extras) {
    for precision in NumberFormat.products where precision == .f32 || extras == .norms {
      if extras.contains(.rotation), shape.width % 2 == 1 { continue }
      compare(shape, extras, Numerics(multiplied: precision))
    }
  }

  struct Extras: OptionSet, Sendable {
    let rawValue: Int
    static let bias = Extras(rawValue: 1)
    static let gates = Extras(rawValue: 2)
    static let norms = Extras(rawValue: 4)
    static let rotation = Extras(rawValue: 8)
  }

  private func compare(_ shape: Shape, _ extras: Extras, _ numerics: Numerics) {
    let heads = Heads(count: shape.heads, width: shape.width)
    let channels = shape.heads * shape.width
    let (wq, wk, wv) = (weights(channels, 1), weights(channels, 2), weights(channels, 3))
    let x = noise(rows: channels, columns: shape.queries, seed: 4)
    let y = noise(rows: channels, columns: shape.keys, seed: 5)
    let gates = noise(rows: shape.heads, columns: shape.queries, seed: 6, scale: 3)
    let scale = noise(shape.width, seed: 7, center: 1)
    func finished(_ table: Table) -> Table {
      var table = table
      if extras.contains(.norms) {
        table = (0..<shape.heads).flatMap { head in
          Naive.rmsNorm(
            Array(table[head * shape.width..<(head + 1) * shape.width]), scale: scale,
            epsilon: 1e-5)
        }
      }
      return extras.contains(.rotation)
        ? Naive.rotated(table, width: shape.width, theta: 100) : table
    }
    var expected = Naive.attention(
      finished(Naive.linear(Naive.table(x), wq)), finished(Naive.linear(Naive.table(y), wk)),
      Naive.linear(Naive.table(y), wv), heads: shape.heads, scale: 1,
      bias: { extras.contains(.bias) ? AttentionProjectionTests.bias($0, $2 - $1) : 0 })
    if extras.contains(.gates) {
      for channel in expected.indices {
        expected[channel] = zip(expected[channel], gates[channel / shape.width]).map {
          $0 * Naive.sigmoid(Double($1))
        }
      }
    }

    let results = [1, 2, 5].map { threads in
      let workers = Workers.spoiled(threads: threads)
      let (queries, keys) = (TokenPanels(x), TokenPanels(y))
      let attention = AttentionInputs(
        queries: queries, keys: keys, heads: heads, precision: numerics.multiplied)
      func projection(_ parts: [[Float]]) -> Linear {
        Linear(
          Matrix(
            parts.map { StoredRows($0, rows: channels) }, rows: heads.order(parts: parts.count),
            numerics: numerics, workers: workers))
      }
      let norm = extras.contains(.norms) ? HeadNorm(weight: scale, epsilon: 1e-5) : nil
      let rotation =
        extras.contains(.rotation)
        ? RotaryTable(
          width: shape.width, tokens: max(shape.queries, shape.keys), theta: 100, workers: workers)
        : nil
      attention.project(
        [.queries(norm, rotation)], projection([wq]), queries, workers: workers)
      attention.project(
        [.keys(norm, rotation), .values], projection([wk, wv]), keys, workers: workers)
      let bias = RelativeBias(heads: shape.heads, tokens: max(shape.queries, shape.keys)) {
        Float(AttentionProjectionTests.bias($0, $1))
      }
      let output = TokenPanels(channels: heads.channels, groups: 1, tokens: shape.queries)
      attention.attend(
        bias: extras.contains(.bias) ? bias : nil,
        gates: extras.contains(.gates) ? TokenPanels(gates) : nil, into: output, workers: workers)
      let values = output.values
      let order = heads.order()
      return order.indices.filter { order[$0] != nil }.map { values[$0] }
    }
    // An angle of 300 is rounded to float32, and so are the results of a norm and of the softmax.
    let exact = extras.contains(.rotation) ? 3e-5 : 5e-6
    #expect(difference(results[0], expected) < (numerics.multiplied == .f32 ? exact : 5e-2))
    for result in results { #expect(result == results[0]) }
  }

  /// A bias of its own for each distance and head.
  private static func bias(_ head: Int, _ distance: Int) -> Double {
    Double((distance * 7 + head * 3) % 11) / 4
  }

  private func weights(_ channels: Int, _ seed: UInt64) -> [Float] {
    noise(channels * channels, seed: seed, scale: 2 / Float(channels).squareRoot())
  }
}
