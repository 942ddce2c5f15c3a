/// What is added to the scores of each head, by where the query and the key are.
///
/// A head's values stand so that 16 neighbouring queries read 16 neighbouring values, whatever the key.
package struct RelativeBias: Sendable {
  /// Heads that have a bias.
  package let heads: Int
  /// Tokens, queries and keys alike, that it reaches over.
  package let tokens: Int
  /// Which table each group of tokens has; nil is the only one for all.
  let tableOfGroup: [Int]?

  private let values: FloatStorage
  /// Values of a head in a table.
  private let size: Int
  /// The value of query 0 and key 0 among them.
  private let origin: Int
  /// Values from a key to the next.
  private let keyStride: Int

  /// A bias that follows from the distance alone: values stand in the order of query − key.
  ///
  /// - Parameters:
  ///   - tokens: the most queries or keys.
  ///   - value: the bias of a head for `distance` = key − query, from −(tokens − 1) to tokens − 1.
  package init(heads: Int, tokens: Int, value: (_ head: Int, _ distance: Int) -> Float) {
    self.heads = heads
    self.tokens = tokens
    tableOfGroup = nil
    origin = Tile.panels(tokens) * Tile.columns
    size = 2 * origin
    keyStride = -1
    values = FloatStorage(count: heads * size)
    for head in 0..<heads {
      for distance in 1 - tokens..<tokens {
        values.base[head * size + origin - distance] = value(head, distance)
      }
    }
  }

  /// A bias of each pair of a query and a key of a group.
  ///
  /// - Parameters:
  ///   - tokens: of a group.
  ///   - tableOfGroup: which table each group has, numbered from 0.
  ///   - value: the bias of a head in a table.
  package init(
    heads: Int, tokens: Int, tableOfGroup: [Int],
    value: (_ table: Int, _ head: Int, _ query: Int, _ key: Int) -> Float
  ) {
    let tables = (tableOfGroup.max() ?? 0) + 1
    self.heads = heads
    self.tokens = tokens
    self.tableOfGroup = tableOfGroup
    origin = 0
    keyStride = Tile.panels(tokens) * Tile.columns
    size = tokens * keyStride
    values = FloatStorage(count: tables * heads * size)
    for table in 0..<tables {
      for head in 0..<heads {
        let target = values.base + (table * heads + head) * size
        for key in 0..<tokens {
          for query in 0..<tokens {
            target[key * keyStride + query] = value(table, head, query, key)
          }
        }
      }
    }
  }

  /// The bias of query `query` and those after it, at the key `key`, in a group.
  @inline(__always) func row(group: Int, head: Int, query: Int, key: Int) -> Floats {
    let place = ((tableOfGroup?[group] ?? 0) &* heads &+ head) &* size &+ origin
    return Floats(values.base + (place &+ query &+ key &* keyStride))
  }
}
