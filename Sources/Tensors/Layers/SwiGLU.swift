package import Checkpoints

/// A feed-forward layer with a gate: W₂·(silu(W₁·x) ⊙ W₃·x).
///
/// W₁ and W₃ are one matrix whose tiles hold four rows of each, so that the gating needs no second pass.
/// Source: Shazeer, GLU Variants Improve Transformer (2020).
package struct SwiGLU: Sendable {
  /// Channels between the two products.
  package var hidden: Int { widen.outputs / 2 }

  private let widen: TokenLinear
  private let narrow: TokenLinear

  /// Packs `w1` and `w3` [hidden, inputs], and `w2` [outputs, hidden].
  ///
  /// - Parameters:
  ///   - hidden: a multiple of 4.
  ///   - format: in what the weights are kept; nil keeps each as it is stored.
  package init(
    w1: StoredRows, w2: StoredRows, w3: StoredRows, format: WeightFormat?, workers: Workers
  ) {
    precondition(w1.count % 4 == 0, "the hidden channels must be a multiple of 4")
    precondition(
      w3.count == w1.count && w2.columns == w1.count && w3.columns == w1.columns,
      "the three matrices must fit each other")
    widen = TokenLinear(
      StreamedMatrix(
        rows: 2 * w1.count, depth: w1.columns, format: format ?? w1.format, workers: workers
      ) { row, target in
        // Tiles of four rows of w1, then four of w3.
        let index = row / Tile.rows * 4 + row % 4
        (row % Tile.rows < 4 ? w1 : w3).copy(index, into: target)
      })
    narrow = TokenLinear(StreamedMatrix(w2, format: format, workers: workers))
    w1.releasePages()
    w3.releasePages()
  }

  /// `output = W₂·(silu(W₁·input) ⊙ W₃·input)`.
  ///
  /// - Parameter hidden: room for the channels between.
  package func callAsFunction(
    _ input: TokenPanels, hidden: TokenPanels, into output: TokenPanels, workers: Workers
  ) {
    widen.gated(input, into: hidden, workers: workers)
    narrow(hidden, into: output, workers: workers)
  }

  /// `output += gate ⊙ W₂·(silu(W₁·input) ⊙ W₃·input)`.
  package func add(
    _ input: TokenPanels, hidden: TokenPanels, to output: TokenPanels, gate: Floats? = nil,
    workers: Workers
  ) {
    widen.gated(input, into: hidden, workers: workers)
    narrow.add(hidden, to: output, gate: gate, workers: workers)
  }
}
