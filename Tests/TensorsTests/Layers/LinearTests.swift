import TestSupport
import Testing

@testable import Tensors

@Suite struct LinearTests {
  @Test(arguments: [(1, 1), (3, 5), (8, 8), (16, 9), (61, 23)], Numerics.all)
  func equalsTheNaiveLayer(shape: (inputs: Int, outputs: Int), numerics: Numerics) {
    let (weight, bias) = affine(shape.outputs, shape.inputs, seed: 1)
    let rows = noise(rows: shape.inputs, columns: 48, seed: 3)
    let expected = Naive.linear(
      Naive.table(numerics.multiplied.factors(rows)), numerics.factors(weight), bias)
    for activation in [Activation.none, .gelu, .silu, .relu] {
      let linear = Linear(weight: weight, bias: bias, activation: activation, numerics: numerics)
      #expect(linear.outputs == shape.outputs)
      #expect(
        difference(applied(linear, rows), Naive.activated(expected, activation))
          < numerics.multiplied.bound(float32: 2e-6))
    }
  }

  @Test(arguments: [(1, 1), (5, 3), (24, 17)], Numerics.all)
  func addsToWhatStandsThere(shape: (inputs: Int, outputs: Int), numerics: Numerics) {
    let (weight, bias) = affine(shape.outputs, shape.inputs, seed: 1)
    let rows = noise(rows: shape.inputs, columns: 48, seed: 3)
    let before = noise(rows: shape.outputs, columns: 48, seed: 4)
    let output = TokenPanels(before)
    let input = words(rows, numerics.multiplied)
    Linear(weight: weight, bias: bias, numerics: numerics)
      .add(input[0], to: output[0], .spoiled())
    let product = Naive.linear(
      Naive.table(numerics.multiplied.factors(rows)), numerics.factors(weight), bias)
    #expect(
      difference(output.values, Naive.sum(Naive.table(before), product))
        < numerics.multiplied.bound(float32: 2e-6))
  }

  /// In 16 bits, what leaves is in the words that the next product reads: pairs of channels.
  @Test(arguments: [1, 2, 7, 8, 9, 23], [NumberFormat.bf16, .f16])
  func layersFollowEachOtherInPairs(width: Int, format: NumberFormat) {
    let pairs = Numerics(multiplied: format)
    let (first, second) = (affine(width, 5, seed: 1), affine(3, width, seed: 5))
    let rows = format.factors(noise(rows: 5, columns: 48, seed: 3))
    let input = words(rows, format)
    let room = FloatStorage(count: Tile.tiles(width) * Tile.count)
    let middle = Panel(room.base)
    let output = TokenPanels(channels: 3, groups: 1, tokens: 48)
    Linear(weight: first.weight, bias: first.bias, activation: .gelu, numerics: pairs)(
      input[0], into: middle, words: format, .spoiled())
    Linear(weight: second.weight, bias: second.bias, numerics: pairs)
      .add(middle, to: output[0], .spoiled())
    let hidden = Naive.gelu(Naive.linear(Naive.table(rows), first.weight, first.bias))
    let expected = Naive.linear(hidden, second.weight, second.bias)
    #expect(difference(output.values, expected) < format.tolerance)
  }

  /// What was folded in at load is what would have been computed before and after it.
  @Test(arguments: [(2, 1), (7, 5), (48, 20)]) func foldsNormAndScale(inputs: Int, outputs: Int) {
    let (weight, bias) = affine(outputs, inputs, seed: 1)
    let norm = normFactors(inputs, seed: 5)
    let scale = noise(outputs, seed: 7, scale: 3)
    let rows = noise(rows: inputs, columns: 48, seed: 3)
    let panel = TokenPanels(rows)
    LayerNorm.normalize(panel[0], into: panel[0], channels: inputs)
    let linear = Linear(weight: weight, bias: bias, norm: norm, scale: scale, numerics: .float32)
    let normalized = Naive.layerNorm(Naive.table(rows), norm)
    let expected = Naive.scaled(Naive.linear(normalized, weight, bias), scale)
    #expect(difference(applied(linear, panel.values), expected) < 5e-6)
  }

  /// A panel in the words of a product.
  private func words(_ rows: [[Float]], _ format: NumberFormat) -> TokenPanels {
    let panels = TokenPanels(rows)
    format.panel(panels[0], channels: rows.count, into: panels[0])
    return panels
  }

  private func applied(_ linear: Linear, _ rows: [[Float]]) -> [[Float]] {
    let output = TokenPanels(channels: linear.outputs, groups: 1, tokens: 48)
    let input = words(rows, linear.matrix.multiplied)
    linear(input[0], into: output[0], .spoiled())
    return output.values
  }
}
