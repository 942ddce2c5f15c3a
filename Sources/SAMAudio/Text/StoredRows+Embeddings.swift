import Checkpoints

extension StoredRows {
  /// The embeddings of some tokens, [tokens, columns]: the other rows are not read.
  func embeddings(of tokens: [Int]) -> [Float] {
    precondition(tokens.allSatisfy { (0..<count).contains($0) }, "tokens must be those of the rows")
    return [Float](unsafeUninitializedCapacity: tokens.count * columns) { values, count in
      if let start = values.baseAddress {
        for (index, token) in tokens.enumerated() { copy(token, into: start + index * columns) }
      }
      count = tokens.count * columns
    }
  }
}
