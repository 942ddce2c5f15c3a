/// RMSNorm over the channels of each head of queries or keys, and their rotation by position.
package struct HeadNorm: Sendable {
  private let weight: FloatStorage
  private let epsilon: Float

  /// - Parameters:
  ///   - weight: a factor for each channel of a head, the same for all heads.
  ///   - scale: a factor for all: 1/√width for queries, where scores are to be scaled so.
  package init(weight: [Float], scale: Float = 1, epsilon: Float) {
    self.weight = FloatStorage(weight.map { $0 * scale })
    self.epsilon = epsilon
  }

  /// Channels of a head.
  private var width: Int { weight.count }

  func callAsFunction(_ tokens: TokenPanels, rotation: RotaryTable?, workers: Workers) {
    precondition(tokens.channels % width == 0, "channels must be whole heads")
    precondition(
      rotation.map { $0.width == width } ?? true, "the rotation must be of heads so wide")
    workers.run(tokens.count) { panel in
      for head in 0..<tokens.channels / width {
        let rows = tokens.panel(panel) + head &* width &* Tile.columns
        RMSNorm.normalize(
          Floats(rows), into: rows, channels: width, scale: Floats(weight.base), epsilon: epsilon)
        rotation?.turn(rows, panel: panel)
      }
    }
  }
}

extension AttentionInputs {
  /// Normalises the queries of each head in place, and turns them by their position.
  package func normalizeQueries(
    _ norm: HeadNorm, rotation: RotaryTable? = nil, workers: Workers
  ) {
    precondition(precision == .f32, "only float32 can be normalised in place")
    norm(queries, rotation: rotation, workers: workers)
  }

  /// Normalises the keys of each head in place, and turns them by their position.
  package func normalizeKeys(
    _ norm: HeadNorm, rotation: RotaryTable? = nil, workers: Workers
  ) {
    precondition(precision == .f32, "only float32 can be normalised in place")
    norm(keys, rotation: rotation, workers: workers)
  }
}
