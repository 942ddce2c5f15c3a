import Checkpoints
import TestSupport
import Testing

@testable import Tensors

@Suite struct LinearTokensTests {
  struct Shape: Sendable {
    var inputs: Int
    var outputs: Int
    var tokens: Int
  }

  /// Rows that fill no tile, more of them than a job has, panels of each width and more than a job has, and
  /// sums that are cut once and twice.
  static let shapes = [
    Shape(inputs: 1, outputs: 1, tokens: 1), Shape(inputs: 5, outputs: 9, tokens: 47),
    Shape(inputs: 16, outputs: 72, tokens: 49), Shape(inputs: 23, outputs: 131, tokens: 120),
    Shape(inputs: 9, outputs: 7, tokens: 400), Shape(inputs: 3, outputs: 65, tokens: 769),
    Shape(inputs: 1537, outputs: 5, tokens: 20), Shape(inputs: 3201, outputs: 17, tokens: 60),
  ]

  @Test(arguments: shapes, Numerics.all)
  func equalsTheNaiveLayerForAnyNumberOfThreads(shape: Shape, numerics: Numerics) {
    let (weight, bias) = affine(shape.outputs, shape.inputs, seed: 1)
    let rows = noise(rows: shape.inputs, columns: shape.tokens, seed: 3)
    let input = TokenPanels(rows)
    let expected = Naive.linear(
      Naive.table(numerics.multiplied.factors(rows)), numerics.factors(weight), bias)
    let results = [1, 2, 5].map { threads in
      let workers = Workers.spoiled(threads: threads)
      let layer = Linear(
        weight, bias: bias, outputs: shape.outputs, numerics: numerics, workers: workers)
      let output = TokenPanels(channels: shape.outputs, groups: 1, tokens: shape.tokens)
      layer(input, into: output, workers: workers)
      return output.values
    }
    #expect(difference(results[0], expected) < numerics.multiplied.bound(float32: 2e-6))
    for result in results { #expect(result == results[0]) }
  }

  @Test(arguments: [(1, 1), (7, 50), (19, 48)], [false, true])
  func addsWhatAGateLetsThrough(shape: (outputs: Int, tokens: Int), isGated: Bool) {
    let (weight, bias) = affine(shape.outputs, 6, seed: 1)
    let rows = noise(rows: 6, columns: shape.tokens, seed: 3)
    let before = noise(rows: shape.outputs, columns: shape.tokens, seed: 4)
    let output = TokenPanels(before)
    let gates = isGated ? noise(shape.outputs, seed: 5) : Array(repeating: 1, count: shape.outputs)
    let stored = FloatStorage(gates)
    Linear(weight, bias: bias, outputs: shape.outputs).add(
      TokenPanels(rows), to: output, gate: isGated ? Floats(stored.base) : nil,
      workers: .spoiled(threads: 2))
    let product = Naive.scaled(Naive.linear(Naive.table(rows), weight, bias), gates)
    #expect(difference(output.values, Naive.sum(Naive.table(before), product)) < 2e-6)
  }

  @Test(arguments: [Activation.none, .relu, .silu, .tanh, .gelu, .elu])
  func activates(how: Activation) {
    let (weight, bias) = affine(11, 6, seed: 1)
    let rows = noise(rows: 6, columns: 50, seed: 3, scale: 4)
    let output = TokenPanels(channels: 11, groups: 1, tokens: 50)
    Linear(weight, bias: bias, outputs: 11, activation: how)(
      TokenPanels(rows), into: output, workers: .spoiled(threads: 1))
    let expected = Naive.activated(Naive.linear(Naive.table(rows), weight, bias), how)
    #expect(difference(output.values, expected) < 2e-6)
  }

  @Test(arguments: [1, 4, 6, 12, 60], [1, 50]) func swiGLUEqualsTheNaiveOne(
    hidden: Int, tokens: Int
  ) {
    let (channels, outputs) = (6, 9)
    let w1 = noise(hidden * channels, seed: 1)
    let w3 = noise(hidden * channels, seed: 2)
    let w2 = noise(outputs * hidden, seed: 3, scale: 0.3)
    let workers = Workers.spoiled(threads: 2)
    let layer = FeedForward(
      w1: StoredRows(w1, rows: hidden), w2: StoredRows(w2, rows: outputs),
      w3: StoredRows(w3, rows: hidden), numerics: Numerics(), workers: workers)
    let rows = noise(rows: channels, columns: tokens, seed: 4, scale: 2)
    let expected = Naive.swiGLU(Naive.table(rows), w1: w1, w2: w2, w3: w3)
    let output = TokenPanels(channels: outputs, groups: 1, tokens: tokens)
    layer(TokenPanels(rows), into: output, workers: workers)
    #expect(difference(output.values, expected) < 2e-6)
    layer.add(TokenPanels(rows), to: output, workers: workers)
    #expect(difference(output.values, expected.map { $0.map { 2 * $0 } }) < 2e-6)
  }

  @Test(arguments: [1, 5, 24], [1, 2, 47, 48, 49, 150])
  func convolutionReadsNeighboursAcrossPanels(channels: Int, tokens: Int) {
    let outputs = 10
    let norm = normFactors(channels, seed: 1)
    let (weight, bias) = affine(outputs, channels * 3, seed: 3)
    let workers = Workers.spoiled(threads: 2)
    let layer = TokenConvolution(
      norm: norm, weight: StoredRows(weight, rows: outputs), bias: bias, numerics: Numerics(),
      workers: workers)
    let rows = noise(rows: channels, columns: tokens, seed: 5, scale: 2)
    let normed = Naive.groupNorm(Naive.table(rows), norm).map { $0.map { Naive.silu($0) } }
    let expected = Naive.convolution(normed, weight, bias, padding: 1)
    let output = TokenPanels(channels: outputs, groups: 1, tokens: tokens)
    let input = TokenPanels(rows)
    // Tokens that do not exist count as zeros in the convolution, and not at all in the norm.
    let last = input.panel(input.count - 1)
    for index in 0..<channels * Tile.columns
    where index % Tile.columns >= input.valid(panel: input.count - 1) { last[index] = 1e6 }
    layer(input, into: output, workers: workers)
    #expect(difference(output.values, expected) < 3e-6)
    layer(input, into: output, accumulate: true, workers: workers)
    #expect(difference(output.values, expected.map { $0.map { 2 * $0 } }) < 5e-6)
  }
}
