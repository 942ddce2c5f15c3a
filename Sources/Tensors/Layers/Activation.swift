/// What follows a product while its tile is still in the cache, or comes before one.
package enum Activation: Sendable, Equatable {
  case none
  case relu
  case gelu
  case elu
  /// x · σ(x)
  case silu
  case tanh
  case snake(Snake)
  /// Gated linear unit: the first half of the channels times the sigmoid of the second.
  case glu
  /// SiLU of the first half of the channels times the second.
  case swiGLU
  /// GELU of the first half of the channels times the second.
  case geGLU

  /// Whether half as many channels leave as come in.
  var isGated: Bool {
    switch self {
    case .glu, .swiGLU, .geGLU: true
    default: false
    }
  }

  /// The factors of a snake, two a channel.
  var factors: Floats? {
    guard case .snake(let snake) = self else { return nil }
    return snake.factors
  }

  /// Writes what it makes of 48 columns of a row, with zeros from `valid` on; not for a gate.
  @inline(__always) func store(
    _ target: MutableFloats, valid: Int = Tile.columns, channel: Int, factors: Floats?,
    _ value: (_ column: Int) -> Lanes
  ) {
    switch self {
    case .none, .glu, .swiGLU, .geGLU: Rows.store(target, valid: valid) { value($0) }
    case .relu: Rows.store(target, valid: valid) { value($0).max(.zero) }
    case .gelu: Rows.store(target, valid: valid) { VectorMath.gelu(value($0)) }
    case .elu: Rows.store(target, valid: valid) { VectorMath.elu(value($0)) }
    case .silu: Rows.store(target, valid: valid) { VectorMath.silu(value($0)) }
    case .tanh: Rows.store(target, valid: valid) { VectorMath.tanh(value($0)) }
    case .snake: Rows.store(target, valid: valid) { Snake.apply(value($0), factors, channel) }
    }
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
    precondition(!isGated, "a gate halves the channels")
    let column = panel &* Tile.columns
    let valid = x.valid(panel: panel)
    let factors = self.factors
    for channel in 0..<channels {
      let source = x.row(channel) + column
      store(output.row(channel) + column, valid: valid, channel: channel, factors: factors) {
        source.lanes($0)
      }
    }
  }

  /// Which channel each row of a packed matrix is; nil is filling. With a gate, each tile holds four channels and
  /// what gates them, so that the gating needs no second pass.
  func rowOrder(_ channels: Int) -> [Int?] {
    guard isGated else { return Array(0..<channels) }
    let half = channels / 2
    return (0..<(half + 3) / 4).flatMap { tile in
      (0..<8).map { row in
        let channel = tile * 4 + row % 4
        return channel < half ? channel + row / 4 * half : nil
      }
    }
  }
}

extension BlockRows {
  /// `x = activation(x · scale + shift)` for some panels of a row, in place.
  package func transform(
    row index: Int, panels: Range<Int>, scale: Float, shift: Float, _ activation: Activation
  ) {
    let (scale, shift) = (Lanes(repeating: scale), Lanes(repeating: shift))
    let factors = activation.factors
    for panel in panels {
      let target = row(index) + panel &* Tile.columns
      activation.store(target, valid: valid(panel: panel), channel: index, factors: factors) {
        shift.adding(target.lanes($0), times: scale)
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
