package import Checkpoints

/// A feed-forward layer: W₂·activation(W₁·x + b₁) + b₂, where the activation may be a gate.
package struct FeedForward: Sendable {
  private let up: Linear
  private let down: Linear

  /// - Parameters:
  ///   - up: with the activation.
  ///   - down: takes what that gives.
  package init(up: Linear, down: Linear) {
    precondition(down.inputs == up.outputs, "both layers must fit each other")
    self.up = up
    self.down = down
  }

  /// Packs W₂·(silu(W₁·x) ⊙ W₃·x): `w1` and `w3` [hidden, inputs], and `w2` [outputs, hidden].
  ///
  /// Source: Shazeer, GLU Variants Improve Transformer (2020).
  package init(
    w1: StoredRows, w2: StoredRows, w3: StoredRows, numerics: Numerics, workers: Workers
  ) {
    precondition(
      w3.count == w1.count && w2.columns == w1.count && w3.columns == w1.columns,
      "the three matrices must fit each other")
    self.init(
      up: Linear(
        Matrix(
          [w1, w3], rows: Activation.swiGLU.rowOrder(2 * w1.count), numerics: numerics,
          workers: workers), outputs: w1.count, activation: .swiGLU),
      down: Linear(Matrix([w2], numerics: numerics, workers: workers)))
  }

  /// `output = W₂·activation(W₁·input + b₁) + b₂`.
  package func callAsFunction(_ input: TokenPanels, into output: TokenPanels, workers: Workers) {
    workers.withTokens(channels: up.outputs, like: input) { hidden in
      up(input, into: hidden, workers: workers)
      down(hidden, into: output, workers: workers)
    }
  }

  /// `output += gate ⊙ (W₂·activation(W₁·input + b₁) + b₂)`; the output may be the input.
  package func add(
    _ input: TokenPanels, to output: TokenPanels, gate: Floats? = nil, workers: Workers
  ) {
    workers.withTokens(channels: up.outputs, like: input) { hidden in
      up(input, into: hidden, workers: workers)
      down.add(hidden, to: output, gate: gate, workers: workers)
    }
  }
}
