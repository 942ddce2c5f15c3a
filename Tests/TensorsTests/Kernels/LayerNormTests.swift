import TestSupport
import Testing

@testable import Tensors

@Suite struct LayerNormTests {
  @Test(arguments: [1, 2, 7, 16, 48, 385]) func equalsTheNaiveNorm(channels: Int) {
    let rows = noise(rows: channels, columns: 48, seed: 9, scale: 4)
    let panel = TokenPanels(rows)
    let output = TokenPanels(channels: channels, groups: 1, tokens: 48)
    LayerNorm.normalize(panel[0], into: output[0], channels: channels)
    let plain = (
      weight: [Float](repeating: 1, count: channels), bias: [Float](repeating: 0, count: channels)
    )
    #expect(difference(output.values, Naive.layerNorm(Naive.table(rows), plain)) < 2e-6)

    LayerNorm.normalize(panel[0], into: panel[0], channels: channels)
    #expect(panel.values == output.values, "in place")
  }

  @Test(arguments: [0, 1, -1000, 1e-30] as [Float]) func constantTokensBecomeNearlyZero(x: Float) {
    let panel = TokenPanels(Array(repeating: Array(repeating: x, count: 48), count: 24))
    LayerNorm.normalize(panel[0], into: panel[0], channels: 24)
    #expect(panel.values.allSatisfy { $0.allSatisfy { abs($0) < 1e-3 } })
  }

  @Test(arguments: [1, 7, 48], [1, 48, 50]) func factorsFollow(channels: Int, tokens: Int) {
    let rows = noise(rows: channels, columns: tokens, seed: 2, scale: 4)
    let factors = (
      weight: noise(channels, seed: 3), bias: noise(channels, seed: 4)
    )
    let (scale, shift) = (FloatStorage(factors.weight), FloatStorage(factors.bias))
    let workers = Workers(threads: 2)
    let panels = TokenPanels(rows)
    let output = TokenPanels(channels: channels, groups: 1, tokens: tokens)
    panels.layerNormalize(
      into: output, scale: Floats(scale.base), shift: Floats(shift.base), epsilon: 1e-5,
      workers: workers)
    #expect(difference(output.values, Naive.layerNorm(Naive.table(rows), factors)) < 2e-6)
    let unshifted = (weight: factors.weight, bias: factors.bias.map { _ in Float(0) })
    panels.layerNormalize(
      into: panels, scale: Floats(scale.base), epsilon: 1e-5, workers: workers)
    #expect(
      difference(panels.values, Naive.layerNorm(Naive.table(rows), unshifted)) < 2e-6, "in place")
  }
}
