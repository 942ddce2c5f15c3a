/// What follows a convolution while its tile is still in the cache, or comes before one.
package enum Activation: Sendable, Equatable {
  case none
  case gelu
  case elu
  /// Gated linear unit: the first half of the channels times the sigmoid of the second.
  case glu
  case snake(Snake)

  /// The factors of a snake, two a channel.
  var factors: Floats? {
    guard case .snake(let snake) = self else { return nil }
    return snake.factors
  }

  /// Applies to a panel of rows.
  ///
  /// - Parameters:
  ///   - x: `channels` rows.
  ///   - panel: which 48 columns.
  ///   - output: may be `x`.
  package func callAsFunction(
    _ x: BlockRows, channels: Int, panel: Int, into output: BlockRows
  ) {
    precondition(self != .glu, "a GLU halves the channels")
    let column = panel &* Tile.columns
    let valid = x.valid(panel: panel)
    let factors = self.factors
    for channel in 0..<channels {
      let source = x.row(channel) + column
      let target = output.row(channel) + column
      switch self {
      case .none, .glu: Rows.store(target, valid: valid) { source.lanes($0) }
      case .gelu: Rows.store(target, valid: valid) { VectorMath.gelu(source.lanes($0)) }
      case .elu: Rows.store(target, valid: valid) { VectorMath.elu(source.lanes($0)) }
      case .snake:
        Rows.store(target, valid: valid) { Snake.apply(source.lanes($0), factors, channel) }
      }
    }
  }
}

/// The periodic activation x + sin²(αx) / (α + 10⁻⁹), with an α for each channel.
///
/// Source: Ziyin, Hartwig and Ueda, Neural Networks Fail to Learn Periodic Functions (2020); `Snake1d` in dacvae.
package struct Snake: Sendable, Equatable {
  private let storage: FloatStorage

  /// - Parameter alpha: one a channel.
  package init(alpha: [Float]) {
    storage = FloatStorage(alpha.flatMap { [$0, Float(1 / (Double($0) + 1e-9))] })
  }

  /// For each channel α and 1 / (α + 10⁻⁹).
  var factors: Floats { Floats(storage.base) }

  /// - Parameter factors: those of a snake; nil is the identity.
  @inline(__always)
  static func apply(_ x: Lanes, _ factors: Floats?, _ channel: Int) -> Lanes {
    guard let factors else { return x }
    let sine = VectorMath.sinSquared(x * Lanes(repeating: factors[2 &* channel]))
    return x.adding(sine, times: Lanes(repeating: factors[2 &* channel &+ 1]))
  }

  /// Whether both are the same layer's.
  package static func == (a: Snake, b: Snake) -> Bool { a.storage === b.storage }
}
