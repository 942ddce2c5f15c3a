package import APCore
package import Checkpoints
package import Tensors

/// BS-RoFormer or Mel-Band RoFormer: a chunk of a mix in, its stems out.
///
/// The spectrum is cut into bands, each of which becomes a token at each time; transformers along time and along the
/// bands take turns; each band's tokens then make its mask for each stem. Source: Lu and others, Music Source
/// Separation with Band-Split RoPE Transformer (2023); Wang, Lu and Won, Mel-Band RoFormer for Music Source
/// Separation (2023); `BSRoformer` and `MelBandRoformer` in MSST.
///
/// An instance separates one chunk at a time.
package final class RoformerNetwork {
  package let config: RoformerConfig
  /// Watches the stages.
  package var probe: Probe?

  private let layers: RoformerLayers
  /// 1 / how many bands have a frequency.
  private let shares: [Float]
  private let spectrum: ChunkSpectrum
  private let activations: RoformerActivations
  private let workers: Workers

  /// - Parameters:
  ///   - weights: the checkpoint's root; nothing may be left over.
  ///   - numerics: how weights are stored and what is multiplied.
  ///   - workers: the threads that share the work.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or unused.
  package init(
    _ weights: Weights, config: RoformerConfig, numerics: Numerics = Numerics(), workers: Workers
  ) throws {
    self.config = config
    self.workers = workers
    layers = try reusingHeap {
      try RoformerLayers(weights, config: config, numerics: numerics, workers: workers)
    }
    var counts = [Float](repeating: 0, count: config.bins)
    for bin in config.bands.joined() { counts[bin] += 1 }
    shares = counts.map { 1 / $0 }
    spectrum = try ChunkSpectrum(
      length: config.chunkFrames, channels: config.channels, size: config.fftSize, hop: config.hop,
      workers: workers)
    activations = ActivationPlan.allocate {
      Self.activations(config, numerics, workers, &$0)
    }
  }

  /// Bytes that the activations of a chunk take.
  static func memory(_ config: RoformerConfig, numerics: Numerics, workers: Workers) -> Int {
    ActivationPlan.floats { activations(config, numerics, workers, &$0) }
      * MemoryLayout<Float>.stride
  }

  private static func activations(
    _ config: RoformerConfig, _ numerics: Numerics, _ workers: Workers,
    _ plan: inout ActivationPlan
  ) -> RoformerActivations {
    RoformerActivations(
      config, precision: numerics.of(.attention).multiplied, workers: workers, plan: &plan)
  }

  /// Separates a whole chunk.
  ///
  /// - Parameters:
  ///   - mix: [channels, chunkFrames].
  ///   - wanted: which stems; the others' place is left alone.
  ///   - stems: [stems, channels, chunkFrames].
  package func separate(
    _ mix: UnsafePointer<Float>, wanted: Set<Int>, into stems: UnsafeMutablePointer<Float>
  ) {
    let tokens = activations.tokens
    probe?.start()

    // 1. The spectrum, and its bands as tokens.
    spectrum.forward(mix, into: activations.mix)  // [F·S·2, T]
    report("spectrum", activations.mix)
    for (band, layer) in layers.bands.enumerated() {
      workers.withTokens(channels: config.values(band), like: activations.mix) { values in
        values.copy(channelsFrom: firstValue(band), of: activations.mix, workers: workers)
        layer(values, into: tokens.groups(band..<band + 1), workers: workers)
      }
    }  // bands of [D, T]
    report("band_split", tokens)

    // 2. Transformers along time, some bands at once, and along the bands, some times at once.
    for (index, pair) in layers.pairs.enumerated() {
      for first in stride(from: 0, to: config.bands.count, by: activations.bandsAtOnce) {
        pair.time(tokens.groups(first..<first + activations.bandsAtOnce), activations.time)
      }
      report("layers.\(index).time", tokens)
      for panel in 0..<tokens.panelsPerGroup {
        activations.slab.copy(panel: panel, ofEachGroupOf: tokens, workers: workers)
        pair.frequency(activations.slab, activations.frequency)
        activations.slab.copy(toPanel: panel, ofEachGroupOf: tokens, workers: workers)
      }
      report("layers.\(index).freq", tokens)
    }
    layers.finalNorm?(tokens, into: tokens, workers: workers)

    // 3. A mask for each stem, and what it leaves of the spectrum.
    let size = config.channels * config.chunkFrames
    for stem in layers.masks.indices where wanted.contains(stem) {
      mask(stem)
      probe?.lap("mask.\(stem)")
      applyMask()
      spectrum.inverse(activations.mask, into: stems + stem * size)
      probe?.lap("inverse")
    }
  }

  private func firstValue(_ band: Int) -> Int {
    config.bands[band].lowerBound * 2 * config.channels
  }

  /// Adds up the masks of all bands.
  private func mask(_ stem: Int) {
    activations.mask.clear(workers: workers)
    for (band, estimator) in layers.masks[stem].enumerated() {
      workers.withTokens(channels: config.values(band), like: activations.mix) { values in
        estimator(
          activations.tokens.groups(band..<band + 1), hidden: activations.hidden, into: values,
          workers: workers)
        probe?.show("mask.\(stem).\(band)", values)
        values.add(toChannelsFrom: firstValue(band), of: activations.mask, workers: workers)
      }
    }
  }

  /// Turns the sum of the masks into the stem's spectrum: the complex product of their mean and the mix's.
  private func applyMask() {
    workers.run(activations.mask.count) { panel in
      let (mask, mix) = (activations.mask.panel(panel), activations.mix.panel(panel))
      for bin in 0..<config.bins {
        let share = bin == 0 && config.zeroDC ? 0 : shares[bin]
        for channel in 0..<config.channels {
          let real = (bin * config.channels + channel) * 2 * Tile.columns
          for index in real..<real + Tile.columns {
            let imaginary = index + Tile.columns
            let (a, b) = (mask[index] * share, mask[imaginary] * share)
            let (x, y) = (mix[index], mix[imaginary])
            mask[index] = x * a - y * b
            mask[imaginary] = x * b + y * a
          }
        }
      }
    }
  }

  private func report(_ stage: String, _ tokens: TokenPanels) {
    probe?.lap(stage)
    probe?.show(stage, tokens)
  }
}
