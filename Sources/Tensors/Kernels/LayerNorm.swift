/// LayerNorm over the channels of each token.
package enum LayerNorm {
  /// `output[c][t] = (input[c][t] − mean[t]) / √(variance[t] + ε) · scale[c] + shift[c]` for a panel, in place or not.
  ///
  /// - Parameters:
  ///   - scale: nil is ones, as where the norm's factors are folded into what follows.
  ///   - shift: nil is zeros.
  package static func normalize(
    _ input: Panel, into output: Panel, channels: Int, scale: Floats? = nil, shift: Floats? = nil,
    epsilon: Float = 1e-5
  ) {
    let (input, output) = (Floats(input.dense), output.dense)
    let count = Lanes(repeating: Float(channels))
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      var sum = Lanes.zero
      for channel in 0..<channels { sum += input.lanes(channel &* Tile.columns &+ column) }
      let mean = sum / count
      var squares = Lanes.zero
      for channel in 0..<channels {
        let x = input.lanes(channel &* Tile.columns &+ column) - mean
        squares = squares.adding(x, times: x)
      }
      let deviation = (squares / count + Lanes(repeating: epsilon)).squareRoot()
      let factor = Lanes(repeating: 1) / deviation
      for channel in 0..<channels {
        let index = channel &* Tile.columns &+ column
        var value = (input.lanes(index) - mean) * factor
        if let scale { value *= Lanes(repeating: scale[channel]) }
        if let shift { value += Lanes(repeating: shift[channel]) }
        output.store(value, index)
      }
    }
  }
}

extension TokenPanels {
  /// `output = (self − mean) / √(variance + ε) · scale + shift` for each token; `output` may be these panels.
  ///
  /// - Parameters:
  ///   - scale: a factor for each channel; nil is ones.
  ///   - shift: what is added to each channel; nil is nothing.
  package func layerNormalize(
    into output: TokenPanels, scale: Floats? = nil, shift: Floats? = nil, epsilon: Float = 1e-5,
    workers: Workers
  ) {
    precondition(
      output.channels == channels && output.count == count, "output must have the same shape")
    workers.run(count) { index in
      LayerNorm.normalize(
        self[index], into: output[index], channels: channels, scale: scale, shift: shift,
        epsilon: epsilon)
    }
  }
}
