/// The heads of an attention. In memory each takes up whole tiles: the channels that fill it up are zeros, which
/// change neither a score nor a result.
package struct Heads: Sendable, Hashable {
  /// How many there are.
  package let count: Int
  /// Channels of a head.
  package let width: Int

  /// `count` heads of `width` channels each.
  package init(count: Int, width: Int) {
    self.count = count
    self.width = width
  }

  /// Channels that a head takes up.
  var room: Int { Tile.tiles(width) * Tile.rows }
  /// Channels that all heads take up.
  package var channels: Int { count * room }

  /// Which row of a projection each channel is; nil is filling.
  ///
  /// - Parameters:
  ///   - parts: projections one below the other.
  ///   - row: that of a channel of a head; nil is head by head.
  package func order(
    parts: Int = 1, _ row: ((_ head: Int, _ channel: Int) -> Int)? = nil
  ) -> [Int?] {
    (0..<parts * channels).map { index in
      let (head, channel) = (index % channels).quotientAndRemainder(dividingBy: room)
      guard channel < width else { return nil }
      let first = index / channels * count * width
      return first + (row?(head, channel) ?? head * width + channel)
    }
  }
}

/// RMSNorm over the channels of each head of queries or keys.
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

  /// Normalises one head of a panel, `[width][48]`, in place.
  @inline(__always) func callAsFunction(_ rows: MutableFloats) {
    RMSNorm.normalize(
      Floats(rows), into: rows, channels: weight.count, scale: Floats(weight.base),
      epsilon: epsilon)
  }
}
