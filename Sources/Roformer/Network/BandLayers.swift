import Checkpoints
import Tensors

/// A band's way in: RMSNorm and a linear layer (`BandSplit`).
struct BandSplit {
  private let norm: UnitNorm
  private let linear: Linear

  /// - Parameter weights: at `band_split.to_features.N`.
  init(
    _ weights: Weights, inputs: Int, outputs: Int, numerics: Numerics, workers: Workers
  ) throws {
    norm = try UnitNorm(weights[0], channels: inputs)
    linear = Linear(
      try weights[1].rows("weight", shape: [outputs, inputs]),
      bias: try weights[1].floats("bias", shape: [outputs]), numerics: numerics.of(.bandSplit),
      workers: workers)
  }

  /// - Parameters:
  ///   - band: the band's values, which it normalises in place.
  ///   - output: the band's tokens.
  func callAsFunction(_ band: TokenPanels, into output: TokenPanels, workers: Workers) {
    norm(band, into: band, workers: workers)
    linear(band, into: output, workers: workers)
  }
}

/// A band's mask for one stem: linear layers with tanh between them, and a gate at the end (`MaskEstimator`).
struct MaskEstimator {
  private let layers: [Linear]

  /// - Parameter weights: at `mask_estimators.S.to_freqs.N`.
  init(
    _ weights: Weights, config: RoformerConfig, band: Int, numerics: Numerics, workers: Workers
  ) throws {
    let count = config.maskLayers
    layers = try (0..<count).map { index in
      let isLast = index == count - 1
      let inputs = index == 0 ? config.dim : config.maskWidth
      let outputs = isLast ? 2 * config.values(band) : config.maskWidth
      let layer = weights[0][2 * index]
      return Linear(
        try layer.rows("weight", shape: [outputs, inputs]),
        bias: try layer.floats("bias", shape: [outputs]), activation: isLast ? .glu : .tanh,
        numerics: numerics.of(isLast ? .maskOutput : .maskHidden), workers: workers)
    }
  }

  /// - Parameters:
  ///   - tokens: the band's tokens.
  ///   - hidden: room for what is between the layers, twice.
  ///   - output: the mask of the band's values.
  func callAsFunction(
    _ tokens: TokenPanels, hidden: [TokenPanels], into output: TokenPanels, workers: Workers
  ) {
    var input = tokens
    for (index, layer) in layers.enumerated() {
      let target = index == layers.count - 1 ? output : hidden[index % 2]
      layer(input, into: target, workers: workers)
      input = target
    }
  }
}
