extension T5Config {
  /// Multiplications and additions for a text of some tokens.
  func operations(tokens: Int) -> Double {
    let projections = 4 * dModel * inner + 2 * dModel * dFF
    return 2 * Double(numLayers * tokens * (projections + 2 * tokens * inner))
  }
}
