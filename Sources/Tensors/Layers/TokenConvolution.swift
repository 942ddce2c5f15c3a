package import Checkpoints

/// GroupNorm with a single group, SiLU, and a convolution of kernel 3 along the tokens, with zeros outside.
///
/// The norm's statistics are those of all channels and all tokens together. The convolution is a linear layer over
/// each token beside its two neighbours, `[3 · channels]`.
package struct TokenConvolution: Sendable {
  private let normWeight: [Float]
  private let normBias: [Float]
  private let linear: Linear

  private static let taps = 3

  /// - Parameters:
  ///   - norm: weight and bias of the norm, [inputs].
  ///   - weight: [outputs, inputs, 3].
  ///   - bias: [outputs].
  package init(
    norm: (weight: [Float], bias: [Float]), weight: StoredRows, bias: [Float], numerics: Numerics,
    workers: Workers
  ) {
    let (taps, channels) = (TokenConvolution.taps, norm.weight.count)
    precondition(weight.columns == taps * channels, "weight must have three taps of all channels")
    normWeight = norm.weight
    normBias = norm.bias
    linear = Linear(
      Matrix(
        [weight], columns: (0..<weight.columns).map { $0 % channels * taps + $0 / channels },
        numerics: numerics, workers: workers), bias: bias)
  }

  /// `output = conv(silu(norm(input)))`, or that added to the output.
  package func callAsFunction(
    _ input: TokenPanels, into output: TokenPanels, accumulate: Bool = false, workers: Workers
  ) {
    precondition(input.groups == 1, "the tokens must be of one group")
    let norm = input.moments(workers).normalization(count: input.channels * input.tokens)
    workers.withTokens(channels: TokenConvolution.taps * input.channels, like: input) { unfolded in
      workers.run(input.count) { panel in
        activate(input, panel, norm, into: unfolded.panel(panel) + input.channels &* Tile.columns)
      }
      workers.run(input.count) { unfolded.unfold(panel: $0, channels: input.channels) }
      if accumulate {
        linear.add(unfolded, to: output, workers: workers)
      } else {
        linear(unfolded, into: output, workers: workers)
      }
    }
  }

  /// silu(norm(input)) of a panel; zero for tokens that do not exist, which the convolution reads.
  private func activate(
    _ input: TokenPanels, _ panel: Int, _ norm: (mean: Float, scale: Float),
    into target: MutableFloats
  ) {
    let source = input.panel(panel)
    for channel in 0..<input.channels {
      let factor = norm.scale * normWeight[channel]
      let scale = Lanes(repeating: factor)
      let shift = Lanes(repeating: normBias[channel] - norm.mean * factor)
      let row = source + channel &* Tile.columns
      Rows.store(target + channel &* Tile.columns, valid: input.valid(panel: panel)) {
        VectorMath.silu(shift.adding(row.lanes($0), times: scale))
      }
    }
  }
}

extension TokenPanels {
  /// Σx and Σx² of the tokens of one panel that exist.
  package func moments(panel: Int) -> Moments {
    let (x, valid) = (Floats(self.panel(panel)), valid(panel: panel))
    var (sum, squares) = (Lanes.zero, Lanes.zero)
    for channel in 0..<channels {
      for column in stride(from: 0, to: valid, by: 16) {
        let lanes = Rows.masked(x.lanes(channel &* Tile.columns &+ column), valid: valid &- column)
        sum += lanes
        squares = squares.adding(lanes, times: lanes)
      }
    }
    return Moments(sum: Double(sum.sum()), squares: Double(squares.sum()))
  }

  /// `x = (x − mean) · scale · weight + bias` for one panel, in place.
  package func normalize(
    panel: Int, _ norm: (mean: Float, scale: Float), weight: [Float], bias: [Float]
  ) {
    let x = self.panel(panel)
    for channel in 0..<channels {
      let factor = norm.scale * weight[channel]
      let scale = Lanes(repeating: factor)
      let shift = Lanes(repeating: bias[channel] - norm.mean * factor)
      for column in stride(
        from: channel &* Tile.columns, to: (channel &+ 1) &* Tile.columns, by: 16)
      {
        x.store(shift.adding(x.lanes(column), times: scale), column)
      }
    }
  }

  /// Σx and Σx² of all tokens that exist.
  func moments(_ workers: Workers) -> Moments {
    workers.collect(count) { index, _ in
      let panel = Floats(self.panel(index))
      let valid = self.valid(panel: index)
      var (sum, squares) = (0.0, 0.0)
      for channel in 0..<channels {
        var (rowSum, rowSquares) = (Lanes.zero, Lanes.zero)
        for column in stride(from: 0, to: valid, by: 16) {
          let lanes = Rows.masked(
            panel.lanes(channel &* Tile.columns &+ column), valid: valid &- column)
          rowSum += lanes
          rowSquares = rowSquares.adding(lanes, times: lanes)
        }
        sum += Double(rowSum.sum())
        squares += Double(rowSquares.sum())
      }
      return Moments(sum: sum, squares: squares)
    }.reduce(into: Moments()) { $0.add($1) }
  }

  /// Copies the middle third of the channels to the first, a token later, and to the last, a token earlier.
  fileprivate func unfold(panel index: Int, channels: Int) {
    let middle = channels &* Tile.columns
    let last = Tile.columns &- 1
    let panel = self.panel(index)
    for channel in 0..<channels {
      let row = channel &* Tile.columns
      let (before, own, after) = (panel + row, panel + middle + row, panel + 2 &* middle + row)
      before[0] = index == 0 ? 0 : self.panel(index &- 1)[middle &+ row &+ last]
      (before + 1).update(from: own, count: last)
      after.update(from: own + 1, count: last)
      after[last] = index &+ 1 == count ? 0 : self.panel(index &+ 1)[middle &+ row]
    }
  }
}
