import Tensors

/// The activations of a chunk.
struct RoformerActivations {
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

  init(
    _ config: RoformerConfig, precision: NumberFormat, workers: Workers,
    plan: inout ActivationPlan
  ) {
    let (bands, count) = (config.bands.count, config.spectra)
    func panels(
      _ channels: Int, groups: Int = 1, _ stages: ClosedRange<Stage>
    ) -> TokenPanels {
      plan.tokens(
        channels: channels, groups: groups, tokens: count,
        during: .init(stages.lowerBound.rawValue...stages.upperBound.rawValue))
    }
    tokens = panels(config.dim, groups: bands, .split ... .masks)
    mix = panels(config.bins * config.channels * 2, .spectrum ... .output)
    mask = panels(config.bins * config.channels * 2, .masks ... .output)
    hidden = (0..<2).map { _ in panels(config.maskWidth, .masks ... .masks) }
    // As many tokens as of the other axis, in whole parts.
    let most = max(1, bands / tokens.panelsPerGroup)
    bandsAtOnce = (1...most).last { bands % $0 == 0 } ?? 1
    time = AxialMemory(
      config, groups: bandsAtOnce, tokens: count, isAcross: false, precision: precision,
      workers: workers, during: Stage.time.stages, plan: &plan)
    slab = plan.tokens(
      channels: config.dim, groups: bands, tokens: Tile.columns, during: Stage.bands.stages)
    frequency = AxialMemory(
      config, groups: bands, tokens: Tile.columns, isAcross: true, precision: precision,
      workers: workers, during: Stage.bands.stages, plan: &plan)
  }

  /// Layers along time and along the bands take turns.
  private enum Stage: Int, Comparable {
    case spectrum, split, time, bands, masks, output

    var stages: ActivationPlan.Stages { .init(rawValue) }

    static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
  }
}
