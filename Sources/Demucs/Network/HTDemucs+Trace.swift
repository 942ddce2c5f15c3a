import APCore
import Tensors

/// Stages as the reference has them, for tests: nothing here runs without a `trace`.
extension HTDemucs {
  /// The values of blocks, `[C, F, T]`, or `[C, T]` for a single one.
  private func values(_ blocks: Blocks) -> [Float] {
    (0..<blocks.channels).flatMap { channel in
      (0..<blocks.count).flatMap { block in
        UnsafeBufferPointer(start: blocks.row(block, channel), count: blocks.columns)
      }
    }
  }

  /// What blocks hold before something is added to them.
  func snapshot(_ blocks: Blocks) -> [Float]? {
    trace == nil ? nil : values(blocks)
  }

  /// - Parameters:
  ///   - stage: the name of the stage that made them, where it has another one.
  ///   - before: what they held before it.
  func report(
    _ name: String, _ blocks: Blocks, stage: String? = nil, minus before: [Float]? = nil
  ) {
    stopwatch?.lap(stage ?? name)
    guard let trace else { return }
    var values = values(blocks)
    if let before { for index in values.indices { values[index] -= before[index] } }
    let shape = [blocks.channels, blocks.count, blocks.columns]
    trace(name, blocks.count == 1 ? [shape[0], shape[2]] : shape, values)
  }

  /// Tokens of both branches, `[token, C]`, those of the frequency branch by time and then frequency.
  func reportTokens(
    _ trace: @escaping (String, [Int], [Float]) -> Void
  ) -> (_ layer: Int, _ branches: [TokenPanels]) -> Void {
    { layer, branches in
      for (name, tokens) in zip(["layers", "layers_t"], branches) {
        let values = (0..<tokens.tokens).flatMap { token in
          (0..<tokens.groups).flatMap { group in
            let panel = tokens.panel(group * tokens.panelsPerGroup + token / Tile.columns)
            return (0..<tokens.channels).map {
              panel[$0 * Tile.columns + token % Tile.columns]
            }
          }
        }
        trace(
          "crosstransformer.\(name).\(layer)", [tokens.tokens * tokens.groups, tokens.channels],
          values)
      }
    }
  }
}
