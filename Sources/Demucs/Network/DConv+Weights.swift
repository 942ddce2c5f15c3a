import Checkpoints
import Tensors

extension DConv {
  /// - Parameters:
  ///   - weights: at a layer's `dconv`.
  ///   - channels: of that layer.
  init(_ weights: Weights, config: HTDemucsConfig, channels: Int, precision: Precision) throws {
    let hidden = config.dconvHidden(channels)
    func pair(_ weights: Weights, _ shape: [Int]) throws -> (weight: [Float], bias: [Float]) {
      (
        try weights.floats("weight", shape: shape),
        try weights.floats("bias", shape: [shape[0]])
      )
    }
    self.init(
      try (0..<config.dconvDepth).map { index in
        // The numbers are places in an `nn.Sequential`; 2 and 5 are GELU and GLU.
        let layer = weights["layers"][index]
        return DConvLayer(
          squeeze: try pair(layer[0], [hidden, channels, 3]),
          innerNorm: try pair(layer[1], [hidden]),
          expand: try pair(layer[3], [2 * channels, hidden, 1]),
          outerNorm: try pair(layer[4], [2 * channels]),
          scale: try layer[6].floats("scale", shape: [channels]),
          dilation: 1 << index, precision: precision)
      })
  }
}
