import Tensors

/// All memory that a chunk needs, planned once.
final class RoformerMemory {
  let spectrum: ChunkSpectrum
  /// The mix's spectrum, [F · S · 2, T].
  let mix: TokenPanels
  /// A stem's mask, then its spectrum.
  let mask: TokenPanels
  /// What the transformers change: bands of [D, T].
  let tokens: TokenPanels
  /// What is between the layers of a mask estimator.
  let hidden: [TokenPanels]
  /// Some bands at all times.
  let time: AxialMemory
  /// All bands at some times.
  let frequency: AxialMemory
  /// The tokens of those.
  let slab: TokenPanels
  /// Bands that go through the transformers over time at once.
  let bandsAtOnce: Int

  init(_ config: RoformerConfig, precision: NumberFormat, workers: Workers) throws {
    let bands = config.bands.count
    spectrum = try ChunkSpectrum(
      length: config.chunkFrames, channels: config.channels, size: config.fftSize, hop: config.hop,
      workers: workers)
    let count = spectrum.count
    func panels(_ channels: Int) -> TokenPanels {
      TokenPanels(channels: channels, groups: 1, tokens: count)
    }
    mix = panels(config.bins * config.channels * 2)
    mask = panels(config.bins * config.channels * 2)
    hidden = [panels(config.maskWidth), panels(config.maskWidth)]
    tokens = TokenPanels(channels: config.dim, groups: bands, tokens: count)
    slab = TokenPanels(channels: config.dim, groups: bands, tokens: Tile.columns)
    // As many tokens as of the other axis, in whole parts.
    let most = max(1, bands / tokens.panelsPerGroup)
    bandsAtOnce = (1...most).last { bands % $0 == 0 } ?? 1
    time = AxialMemory(
      config, groups: bandsAtOnce, tokens: count, isTurned: false, precision: precision,
      workers: workers)
    frequency = AxialMemory(
      config, groups: bands, tokens: Tile.columns, isTurned: true, precision: precision,
      workers: workers)
  }
}
