import Testing

@testable import Tensors

@Suite struct LinearTests {
  @Test(arguments: [(1, 1), (3, 5), (8, 8), (16, 9), (61, 23)]) func equalsTheNaiveLayer(
    inputs: Int, outputs: Int
  ) {
    let (weight, bias) = affine(outputs, inputs, seed: 1)
    let linear = Linear(weight: weight, bias: bias)
    #expect(linear.inputs == inputs)
    #expect(linear.outputs == outputs)
    let rows = noise(rows: inputs, columns: 48, seed: 3)
    let expected = Naive.linear(Naive.table(rows), weight, bias)
    #expect(difference(applied(linear, rows), expected) < 2e-6)
    #expect(difference(applied(linear, rows, VectorMath.gelu), Naive.gelu(expected)) < 2e-6)
  }

  @Test(arguments: [(1, 1), (5, 3), (24, 17)]) func addsToWhatStandsThere(
    inputs: Int, outputs: Int
  ) {
    let (weight, bias) = affine(outputs, inputs, seed: 1)
    let rows = noise(rows: inputs, columns: 48, seed: 3)
    let before = noise(rows: outputs, columns: 48, seed: 4)
    let input = TokenPanels(rows)
    let output = TokenPanels(before)
    let tile = FloatStorage(count: Tile.count)
    Linear(weight: weight, bias: bias)
      .add(Floats(input.panel(0)), to: output.panel(0), tile: tile.base)
    let expected = Naive.sum(
      Naive.table(before), Naive.linear(Naive.table(rows), weight, bias))
    #expect(difference(output.values, expected) < 2e-6)
  }

  /// What was folded in at load is what would have been computed before and behind it.
  @Test(arguments: [(2, 1), (7, 5), (48, 20)]) func foldsNormAndScale(inputs: Int, outputs: Int) {
    let (weight, bias) = affine(outputs, inputs, seed: 1)
    let norm = normFactors(inputs, seed: 5)
    let scale = noise(outputs, seed: 7, scale: 3)
    let rows = noise(rows: inputs, columns: 48, seed: 3)
    let panel = TokenPanels(rows)
    LayerNorm.normalize(Floats(panel.panel(0)), into: panel.panel(0), channels: inputs)
    let linear = Linear(weight: weight, bias: bias, norm: norm, scale: scale)
    let normalized = Naive.layerNorm(Naive.table(rows), norm)
    let expected = Naive.scaled(Naive.linear(normalized, weight, bias), scale)
    #expect(difference(applied(linear, panel.values), expected) < 5e-6)
  }

  private func applied(
    _ linear: Linear, _ rows: [[Float]], _ activation: (Lanes) -> Lanes = { $0 }
  ) -> [[Float]] {
    let input = TokenPanels(rows)
    let output = TokenPanels(channels: linear.outputs, groups: 1, tokens: 48)
    let tile = FloatStorage(count: Tile.count)
    linear(Floats(input.panel(0)), into: output.panel(0), tile: tile.base, activation)
    return output.values
  }
}
