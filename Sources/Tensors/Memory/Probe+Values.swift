package import APCore

extension Probe {
  /// What blocks hold before a stage adds something to them; nil where nobody looks.
  package func snapshot(_ blocks: Blocks) -> [Float]? {
    isViewing ? blocks.rowMajor : nil
  }

  /// Shows blocks, [C, F, T], or [C, T] for a single one.
  ///
  /// - Parameter before: what they held before the stage, which is taken off.
  package func show(_ stage: String, _ blocks: Blocks, minus before: [Float]? = nil) {
    let shape = [blocks.channels, blocks.count, blocks.columns]
    show(stage, blocks.count == 1 ? [shape[0], shape[2]] : shape) {
      let values = blocks.rowMajor
      return before.map { zip(values, $0).map { $0 - $1 } } ?? values
    }
  }

  /// Shows tokens, [token, C]: the first of each group, then the second of each, and so on.
  package func show(_ stage: String, _ tokens: TokenPanels) {
    show(stage, [tokens.tokens * tokens.groups, tokens.channels]) {
      (0..<tokens.tokens).flatMap { token in
        (0..<tokens.groups).flatMap { group in
          let panel = tokens[group * tokens.panelsPerGroup + token / Tile.columns]
          return (0..<tokens.channels).map { panel[$0, token % Tile.columns] }
        }
      }
    }
  }
}

extension Blocks {
  /// The values, [C, F, T] without gaps.
  fileprivate var rowMajor: [Float] {
    (0..<channels).flatMap { channel in
      (0..<count).flatMap { UnsafeBufferPointer(start: row($0, channel), count: columns) }
    }
  }
}
