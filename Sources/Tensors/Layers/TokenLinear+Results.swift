/// What is done to a channel of tokens when it leaves a `TokenLinear`.
package enum TokenActivation: Sendable {
  case none
  case relu
  /// x · σ(x)
  case silu

  @inline(__always) func callAsFunction(_ x: Lanes) -> Lanes {
    switch self {
    case .none: x
    case .relu: x.max(.zero)
    case .silu: x * VectorMath.sigmoid(x)
    }
  }
}

extension TokenLinear {
  /// `output = activation(W·input + b)`; not in place.
  package func callAsFunction(
    _ input: TokenPanels, into output: TokenPanels, activation: TokenActivation = .none,
    workers: Workers
  ) {
    check(input, output, channels: outputs)
    tiles(input, workers: workers) { tile, index, panel in
      let target = output.panel(panel) + index &* Tile.count
      eachRow(of: index) { position in target.store(activation(tile.lanes(position)), position) }
    }
  }

  /// `output += gate ⊙ (W·input + b)`.
  ///
  /// - Parameter gate: a factor for each output; nil is 1.
  package func add(
    _ input: TokenPanels, to output: TokenPanels, gate: Floats? = nil, workers: Workers
  ) {
    check(input, output, channels: outputs)
    tiles(input, workers: workers) { tile, index, panel in
      let target = output.panel(panel) + index &* Tile.count
      eachRow(of: index) { position in
        let old = target.lanes(position)
        guard let gate else {
          target.store(old + tile.lanes(position), position)
          return
        }
        let factor = Lanes(repeating: gate[index &* Tile.rows &+ position / Tile.columns])
        target.store(old.adding(tile.lanes(position), times: factor), position)
      }
    }
  }

  /// `output[c] = silu(a[c]) · b[c]` of a layer whose rows are those of a and b in turns of four,
  /// as `SwiGLU` packs them.
  func gated(
    _ input: TokenPanels, into output: TokenPanels, workers: Workers
  ) {
    check(input, output, channels: outputs / 2)
    tiles(input, workers: workers) { tile, index, panel in
      let half = Tile.count / 2
      let target = output.panel(panel) + index &* half
      for position in stride(from: 0, to: half, by: 16) {
        let gate = TokenActivation.silu(tile.lanes(position))
        target.store(gate * tile.lanes(position &+ half), position)
      }
    }
  }

  /// Calls `body` with the place of each 16 columns of a tile's rows that exist.
  @inline(__always) private func eachRow(of index: Int, _ body: (_ position: Int) -> Void) {
    let rows = min(Tile.rows, outputs &- index &* Tile.rows)
    for position in stride(from: 0, to: rows &* Tile.columns, by: 16) { body(position) }
  }

  private func check(_ input: TokenPanels, _ output: TokenPanels, channels: Int) {
    precondition(
      output.channels == channels && output.count == input.count,
      "output must have the layer's channels and the input's tokens")
  }
}
