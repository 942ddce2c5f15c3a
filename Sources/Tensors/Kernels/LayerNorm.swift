/// LayerNorm over the channels of each token, without its factors: those are folded into what follows.
package enum LayerNorm {
  /// `output[c][t] = (input[c][t] − mean[t]) / √(variance[t] + ε)` for a panel, in place or not.
  package static func normalize(
    _ input: Panel, into output: Panel, channels: Int, epsilon: Float = 1e-5
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
      let scale = Lanes(repeating: 1) / deviation
      for channel in 0..<channels {
        let index = channel &* Tile.columns &+ column
        output.store((input.lanes(index) - mean) * scale, index)
      }
    }
  }
}
