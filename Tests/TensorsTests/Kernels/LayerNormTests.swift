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
}
