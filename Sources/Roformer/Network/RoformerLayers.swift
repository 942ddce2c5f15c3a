import Checkpoints
import Tensors

/// All weights of a network, under the checkpoint's names.
struct RoformerLayers {
  let bands: [BandSplit]
  let pairs: [(time: AxialTransformer, frequency: AxialTransformer)]
  /// Of a BS-RoFormer.
  let finalNorm: UnitNorm?
  /// Of each stem, a band each.
  let masks: [[MaskEstimator]]

  /// - Parameter weights: the checkpoint's root; nothing may be left over.
  init(_ weights: Weights, config: RoformerConfig, numerics: Numerics, workers: Workers) throws {
    bands = try config.bands.indices.map { band in
      try BandSplit(
        weights["band_split"]["to_features"][band], inputs: config.values(band),
        outputs: config.dim, numerics: numerics, workers: workers)
    }
    let biases = try SharedBiases(weights, config: config)
    func transformer(_ weights: Weights, _ layers: Int, _ tokens: Int) throws -> AxialTransformer {
      try AxialTransformer(
        weights, layers: layers, biases: biases, tokens: tokens, config: config,
        numerics: numerics, workers: workers)
    }
    pairs = try (0..<config.depth).map { index in
      let pair = weights["layers"][index]
      return (
        time: try transformer(pair[0], config.timeLayers, config.spectra),
        frequency: try transformer(pair[1], config.frequencyLayers, config.bands.count)
      )
    }
    finalNorm =
      config.kind == .bandSplit
      ? try UnitNorm(weights["final_norm"], channels: config.dim) : nil
    masks = try config.names.stems.indices.map { stem in
      try config.bands.indices.map { band in
        try MaskEstimator(
          weights["mask_estimators"][stem]["to_freqs"][band], config: config, band: band,
          numerics: numerics, workers: workers)
      }
    }
    try weights.finish()
  }
}
