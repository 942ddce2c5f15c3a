import Testing

@testable import Tensors

@Suite struct LinearTests {
  @Test(arguments: [(1, 1), (3, 5), (8, 8), (16, 9), (61, 23)]) func equalsTheNaiveLayer(
    inputs: Int, outputs: Int
  ) {
    let (weight, bias) = affine(outputs, inputs, seed: 1)
    let linear = Linear(weight: weight, bias: bias, precision: .f32)
    #expect(linear.outputs == outputs)
    let rows = noise(rows: inputs, columns: 48, seed: 3)
    let expected = Naive.linear(Naive.table(rows), weight, bias)
    #expect(difference(applied(linear, rows), expected) < 2e-6)
    #expect(difference(applied(linear, rows, VectorMath.gelu), Naive.gelu(expected)) < 2e-6)
  }

  @Test(arguments: [(1, 1), (5, 3), (24, 17)], Precision.all)
  func addsToWhatStandsThere(shape: (inputs: Int, outputs: Int), precision: Precision) {
    let (weight, bias) = affine(shape.outputs, shape.inputs, seed: 1)
    let rows = noise(rows: shape.inputs, columns: 48, seed: 3)
    let before = noise(rows: shape.outputs, columns: 48, seed: 4)
    let input = TokenPanels(rows)
    precision.panel(Floats(input.panel(0)), channels: shape.inputs, into: input.panel(0))
    let output = TokenPanels(before)
    let tile = FloatStorage(count: Tile.count)
    Linear(weight: weight, bias: bias, precision: precision)
      .add(Floats(input.panel(0)), to: output.panel(0), tile: tile.base)
    let product = Naive.linear(
      Naive.table(precision.rounded(rows)), precision.rounded(weight), bias)
    #expect(difference(output.values, Naive.sum(Naive.table(before), product)) < 2e-6)
  }

  /// In bfloat16, what leaves is in the words that the next product reads: pairs of channels.
  @Test(arguments: [1, 2, 7, 8, 9, 23]) func layersFollowEachOtherInPairs(width: Int) {
    let (first, second) = (affine(width, 5, seed: 1), affine(3, width, seed: 5))
    let rows = Precision.bf16.rounded(noise(rows: 5, columns: 48, seed: 3))
    let input = TokenPanels(rows)
    Precision.bf16.panel(Floats(input.panel(0)), channels: 5, into: input.panel(0))
    let middle = FloatStorage(count: Tile.tiles(width) * Tile.count)
    let output = TokenPanels(channels: 3, groups: 1, tokens: 48)
    let tile = FloatStorage(count: Tile.count)
    Linear(weight: first.weight, bias: first.bias, precision: .bf16)(
      Floats(input.panel(0)), into: middle.base, tile: tile.base, VectorMath.gelu)
    Linear(weight: second.weight, bias: second.bias, precision: .bf16)
      .add(Floats(middle.base), to: output.panel(0), tile: tile.base)
    let hidden = Naive.gelu(Naive.linear(Naive.table(rows), first.weight, first.bias))
    let expected = Naive.linear(hidden, second.weight, second.bias)
    #expect(difference(output.values, expected) < Precision.bf16.tolerance)
  }

  /// What was folded in at load is what would have been computed before and behind it.
  @Test(arguments: [(2, 1), (7, 5), (48, 20)]) func foldsNormAndScale(inputs: Int, outputs: Int) {
    let (weight, bias) = affine(outputs, inputs, seed: 1)
    let norm = normFactors(inputs, seed: 5)
    let scale = noise(outputs, seed: 7, scale: 3)
    let rows = noise(rows: inputs, columns: 48, seed: 3)
    let panel = TokenPanels(rows)
    LayerNorm.normalize(Floats(panel.panel(0)), into: panel.panel(0), channels: inputs)
    let linear = Linear(weight: weight, bias: bias, norm: norm, scale: scale, precision: .f32)
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
