import TestSupport
import Testing

@testable import Tensors

/// Linear layers of int8 against whole numbers in loops: what is rounded is the same, so the sums are.
@Suite struct Int8LinearTests {
  /// Channels that fill no word, sums that are cut, rows that fill no tile, and panels of each width.
  static let shapes = [
    (1, 1, 1), (2, 3, 47), (3, 9, 49), (4, 8, 48), (23, 131, 120), (384, 17, 400), (6149, 5, 20),
  ]

  @Test(arguments: shapes, [nil, .bf16, .f16] as [NumberFormat?])
  func equalsWholeNumbers(shape: (Int, Int, Int), stored: NumberFormat?) {
    let (inputs, outputs, tokens) = shape
    let numerics = Numerics(stored: stored, multiplied: .int8)
    let (weight, bias) = affine(outputs, inputs, seed: 1)
    let rows = noise(rows: inputs, columns: tokens, seed: 3, scale: 5)
    let expected = Self.naive(rows, (stored ?? .f32).rounded(weight), bias)
    let results = [1, 3].map { threads in
      let workers = Workers.spoiled(threads: threads)
      let layer = Linear(
        weight, bias: bias, outputs: outputs, numerics: numerics, workers: workers)
      let output = TokenPanels(channels: outputs, groups: 1, tokens: tokens)
      layer(TokenPanels(rows), into: output, workers: workers)
      return output.values
    }
    #expect(difference(results[0], expected) < 1e-6)
    #expect(results[1] == results[0], "any number of threads")
  }

  /// One panel on the calling thread, in words that were in its place or elsewhere, and added to what stands there.
  @Test(arguments: [(2, 1), (7, 5), (48, 20), (61, 8)], [false, true])
  func aPanelByItself(shape: (inputs: Int, outputs: Int), inPlace: Bool) {
    let (weight, bias) = affine(shape.outputs, shape.inputs, seed: 1)
    let rows = noise(rows: shape.inputs, columns: 48, seed: 3)
    let (input, output) = (
      TokenPanels(rows), TokenPanels(noise(rows: shape.outputs, columns: 48, seed: 4))
    )
    let before = output.values
    var scratch = Scratch.spoiled()
    let own = scratch.panel(shape.inputs, or: .int8)
    let target = scratch.panel(shape.inputs, or: .int8)
    withExtendedLifetime(input) { own.copy(input[0], rows: shape.inputs) }
    let words = NumberFormat.int8.panel(
      own, channels: shape.inputs, into: inPlace ? own : target)
    Linear(weight: weight, bias: bias, numerics: Numerics(multiplied: .int8))
      .add(words, to: output[0], scratch)
    let expected = Naive.sum(Naive.table(before), Self.naive(rows, weight, bias))
    #expect(difference(output.values, expected) < 1e-6)
  }

  /// What leaves a layer is in the words of the next one: pairs, or bytes with their scales.
  @Test(arguments: [2, 7, 8, 23], [NumberFormat.f32, .f16, .bf16, .int8])
  func layersFollowEachOther(width: Int, format: NumberFormat) {
    let (first, second) = (affine(width, 5, seed: 1), affine(3, width, seed: 5))
    let rows = noise(rows: 5, columns: 48, seed: 3)
    var scratch = Scratch.spoiled()
    let words = scratch.panel(5, or: .int8)
    let input = TokenPanels(rows)
    withExtendedLifetime(input) {
      _ = NumberFormat.int8.panel(input[0], channels: 5, into: words)
    }
    let middle = scratch.panel(width, or: format)
    Linear(
      weight: first.weight, bias: first.bias, activation: .gelu,
      numerics: Numerics(multiplied: .int8))(words, into: middle, words: format, scratch)
    let output = TokenPanels(channels: 3, groups: 1, tokens: 48)
    Linear(weight: second.weight, bias: second.bias, numerics: Numerics(multiplied: format))
      .add(middle, to: output[0], scratch)
    let hidden = Naive.gelu(Self.naive(rows, first.weight, first.bias))
    let expected = Naive.linear(hidden, second.weight, second.bias)
    #expect(difference(output.values, expected) < (format == .f32 ? 2e-6 : 3e-2))
  }

  /// A token's scale is its own: a loud one beside it, or one that is not a number, does not matter; silence stays.
  @Test func tokensHaveScalesOfTheirOwn() {
    let (weight, bias) = affine(9, 31, seed: 1)
    var rows = noise(rows: 31, columns: 48, seed: 3)
    for channel in rows.indices {
      rows[channel][5] *= 1e20
      rows[channel][7] = 0
      rows[channel][9] *= 1e-20
      rows[channel][11] *= 1e-35
    }
    let workers = Workers(threads: 1)
    let layer = Linear(
      weight, bias: bias, outputs: 9, numerics: Numerics(multiplied: .int8), workers: workers)
    func output(_ rows: [[Float]]) -> [[Float]] {
      let output = TokenPanels(channels: 9, groups: 1, tokens: 48)
      layer(TokenPanels(rows), into: output, workers: workers)
      return output.values
    }
    let values = output(rows)
    let expected = Self.naive(rows, weight, bias)
    for column in 0..<48 {
      #expect(
        difference(values.map { [$0[column]] }, expected.map { [$0[column]] }) < 1e-6, "\(column)")
    }
    #expect(values.map { $0[7] } == bias)
    rows[3][5] = .nan
    rows[4][6] = .infinity
    let damaged = output(rows)
    for channel in 0..<9 {
      #expect(!damaged[channel][5].isFinite)
      #expect(!damaged[channel][6].isFinite)
      for column in 0..<48 where column != 5 && column != 6 {
        #expect(damaged[channel][column] == values[channel][column])
      }
    }
  }

  /// W·x + b of whole numbers: each row of weights is divided by its largest magnitude / 127, and each token, less its
  /// least value, by its range / 255.
  static func naive(_ x: [[Float]], _ weight: [Float], _ bias: [Float]) -> Table {
    let inputs = x.count
    let tokens = x[0].indices.map { column -> [Double] in
      let values = x.map { $0[column] }
      let least = values.min()!
      let range = max(1e-30, values.max()! - least)
      let factor = Double(255 / range)
      return values.map {
        let whole = (Double($0 - least) * factor).rounded(.toNearestOrEven)
        return whole * Double(range) / 255 + Double(least)
      }
    }
    return bias.indices.map { row in
      let values = weight[row * inputs..<(row + 1) * inputs]
      let scale = max(1e-30, values.map { abs($0) }.max()!) / 127
      let whole = values.map { Double(($0 / scale).rounded()) }
      return tokens.map { token in
        let sum = zip(whole, token).reduce(0) { $0 + $1.0 * $1.1 }
        return sum * Double(scale) + Double(bias[row])
      }
    }
  }
}
