/// What is added to the scores of each head, by how far the key is from the query.
///
/// A head's values stand in the order of query − key, so that 16 neighbouring queries read 16 neighbouring values.
package struct RelativeBias: Sendable {
  /// Heads that have a bias.
  package let heads: Int
  /// Tokens, queries and keys alike, that it reaches over.
  package let tokens: Int

  private let values: FloatStorage
  private let span: Int

  /// - Parameters:
  ///   - tokens: the most queries or keys.
  ///   - value: the bias of a head for `distance` = key − query, from −(tokens − 1) to tokens − 1.
  package init(heads: Int, tokens: Int, value: (_ head: Int, _ distance: Int) -> Float) {
    self.heads = heads
    self.tokens = tokens
    span = Tile.panels(tokens) * Tile.columns
    values = FloatStorage(count: heads * 2 * span)
    for head in 0..<heads {
      for distance in 1 - tokens..<tokens {
        values.base[place(head) - distance] = value(head, distance)
      }
    }
  }

  private func place(_ head: Int) -> Int { (2 &* head &+ 1) &* span }

  /// The bias of query `query` and those after it, at the key `key`.
  @inline(__always) func row(head: Int, query: Int, key: Int) -> Floats {
    Floats(values.base + (place(head) &+ query &- key))
  }
}
