import Testing

@testable import Tensors

/// Attention whose projections are `TokenLinear`s.
@Suite struct TokenAttentionTests {
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
  ]

  @Test(arguments: shapes, [false, true])
  func crossAttentionEqualsTheNaiveOneForAnyNumberOfThreads(shape: Shape, isBiased: Bool) {
    let channels = shape.heads * shape.width
    let (wq, wk, wv) = (weights(channels, 1), weights(channels, 2), weights(channels, 3))
    let x = noise(rows: channels, columns: shape.queries, seed: 4)
    let y = noise(rows: channels, columns: shape.keys, seed: 5)
    let expected = Naive.attention(
      Naive.linear(Naive.table(x), wq), Naive.linear(Naive.table(y), wk),
      Naive.linear(Naive.table(y), wv), heads: shape.heads, scale: 1,
      bias: isBiased ? TokenAttentionTests.bias : { _, _ in 0 })
    let results = [1, 2, 5].map { threads in
      let workers = Workers.spoiled(threads: threads)
      let (queries, keys) = (TokenPanels(x), TokenPanels(y))
      let attention = AttentionInputs(queries: queries, keys: keys, precision: .f32)
      attention.project(
        [.queries], TokenLinear(wq, outputs: channels), queries, workers: workers)
      attention.project(
        [.keys, .values], TokenLinear(wk + wv, outputs: 2 * channels), keys, workers: workers)
      let bias = RelativeBias(heads: shape.heads, tokens: max(shape.queries, shape.keys)) {
        Float(TokenAttentionTests.bias($0, $1))
      }
      attention.attend(
        heads: shape.heads, bias: isBiased ? bias : nil, into: queries, workers: workers)
      return queries.values
    }
    #expect(difference(results[0], expected) < 3e-6)
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
