import Glibc

extension Naive {
  /// softmax(Qᵀ·K / √d + bias)·V for each head; `scale` stands for 1/√d.
  package static func attention(
    _ queries: Table, _ keys: Table, _ values: Table, heads: Int, scale: Double,
    bias: (_ head: Int, _ query: Int, _ key: Int) -> Double = { _, _, _ in 0 }
  ) -> Table {
    let width = queries.count / heads
    var result = queries
    for head in 0..<heads {
      let channels = head * width..<(head + 1) * width
      for query in queries[0].indices {
        let scores = keys[0].indices.map { key in
          scale * channels.reduce(0) { $0 + queries[$1][query] * keys[$1][key] }
            + bias(head, query, key)
        }
        let maximum = scores.max() ?? 0
        let weights = scores.map { exp($0 - maximum) }
        let total = weights.reduce(0, +)
        for channel in channels {
          result[channel][query] =
            zip(weights, values[channel]).reduce(0) { $0 + $1.0 * $1.1 } / total
        }
      }
    }
    return result
  }
}
