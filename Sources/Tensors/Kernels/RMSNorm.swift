/// Divides what comes in by its root mean square, token by token.
///
/// Source: Zhang and Sennrich, Root Mean Square Layer Normalization (2019).
package enum RMSNorm {
  /// `output[c][t] = input[c][t] / √(mean over c of input² + ε) · scale[c] + shift[c]`, `[channels][48]` each;
  /// in place or not.
  ///
  /// - Parameters:
  ///   - shift: nil is zeros.
  ///   - floor: the least that is divided by.
  @inline(__always)
  static func normalize(
    _ input: Floats, into output: MutableFloats, channels: Int, scale: Floats, shift: Floats? = nil,
    epsilon: Float, floor: Float = 0
  ) {
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      let factor = factor(input + column, channels: channels, epsilon: epsilon, floor: floor)
      for channel in 0..<channels {
        let index = channel &* Tile.columns &+ column
        let scaled = input.lanes(index) * factor
        let weight = Lanes(repeating: scale[channel])
        if let shift {
          output.store(Lanes(repeating: shift[channel]).adding(scaled, times: weight), index)
        } else {
          output.store(scaled * weight, index)
        }
      }
    }
  }

  /// 1 / √(mean of squares + ε) of 16 tokens.
  @inline(__always)
  static func factor(
    _ input: Floats, channels: Int, epsilon: Float, floor: Float = 0
  ) -> Lanes {
    var (even, odd) = (Lanes.zero, Lanes.zero)
    for pair in 0..<channels / 2 {
      let x = input.lanes(2 &* pair &* Tile.columns)
      let y = input.lanes((2 &* pair &+ 1) &* Tile.columns)
      even = even.adding(x, times: x)
      odd = odd.adding(y, times: y)
    }
    if channels % 2 == 1 {
      let x = input.lanes((channels &- 1) &* Tile.columns)
      even = even.adding(x, times: x)
    }
    let mean = (even + odd) / Lanes(repeating: Float(channels))
    let root = (mean + Lanes(repeating: epsilon)).squareRoot()
    return Lanes(repeating: 1) / root.max(Lanes(repeating: floor))
  }
}

extension TokenPanels {
  /// `output = self / √(mean of squares + ε) · scale + shift` for each token; `output` may be these panels.
  ///
  /// - Parameters:
  ///   - scale: a factor for each channel.
  ///   - shift: what is added to each channel; nil is nothing.
  ///   - floor: the least that is divided by.
  package func rmsNormalize(
    into output: TokenPanels, scale: Floats, shift: Floats? = nil, epsilon: Float,
    floor: Float = 0, workers: Workers
  ) {
    precondition(
      output.channels == channels && output.count == count, "output must have the same shape")
    workers.run(count) { index in
      RMSNorm.normalize(
        Floats(panel(index)), into: output.panel(index), channels: channels, scale: scale,
        shift: shift, epsilon: epsilon, floor: floor)
    }
  }
}
