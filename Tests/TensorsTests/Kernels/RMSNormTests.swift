import Testing

@testable import Tensors

@Suite struct RMSNormTests {
  @Test(arguments: [1, 2, 7, 64, 129], [1, 48, 50])
  func equalsTheNaiveNorm(channels: Int, tokens: Int) {
    for isShifted in [false, true] { compare(channels, tokens, isShifted) }
  }

  private func compare(_ channels: Int, _ tokens: Int, _ isShifted: Bool) {
    let rows = noise(rows: channels, columns: tokens, seed: 1, scale: 3)
    let (scale, shift) = normFactors(channels, seed: 2)
    let stored = (FloatStorage(scale), FloatStorage(shift))
    let input = TokenPanels(rows)
    let output = TokenPanels(channels: channels, groups: 1, tokens: tokens)
    let workers = Workers.spoiled(threads: 2)
    func normalize(into output: TokenPanels) {
      input.rmsNormalize(
        into: output, scale: Floats(stored.0.base),
        shift: isShifted ? Floats(stored.1.base) : nil, epsilon: 1e-5, workers: workers)
    }
    normalize(into: output)
    let expected = Naive.rmsNorm(
      Naive.table(rows), scale: scale, shift: isShifted ? shift : nil, epsilon: 1e-5)
    #expect(difference(output.values, expected) < 1e-6)
    normalize(into: input)
    #expect(input.values == output.values, "also in place")
  }

  @Test(arguments: [0, 1e-30, 1e18] as [Float]) func extremeTokensStayFinite(value: Float) {
    let input = TokenPanels(Array(repeating: [value], count: 5))
    let ones = FloatStorage(Array(repeating: 1, count: 5))
    input.rmsNormalize(
      into: input, scale: Floats(ones.base), epsilon: 1e-5, workers: Workers.spoiled(threads: 1))
    let expected = Naive.rmsNorm(
      Array(repeating: [Double(value)], count: 5), scale: Array(repeating: 1, count: 5),
      epsilon: Double(Float(1e-5)))
    #expect(difference(input.values, expected) < 1e-6)
  }

  @Test(arguments: [(1, 8), (3, 16), (2, 128)], [1, 48, 101])
  func headsAreNormalisedAndTurnedByPosition(shape: (heads: Int, width: Int), tokens: Int) {
    for theta in [nil, 10_000.0, 20_000] { compareHeads(shape, tokens, theta) }
  }

  private func compareHeads(_ shape: (heads: Int, width: Int), _ tokens: Int, _ theta: Double?) {
    let channels = shape.heads * shape.width
    let queries = noise(rows: channels, columns: tokens, seed: 1)
    let keys = noise(rows: channels, columns: tokens, seed: 2, scale: 5)
    let weight = noise(shape.width, seed: 3, center: 1)
    let (q, k) = (TokenPanels(queries), TokenPanels(keys))
    let inputs = AttentionInputs(queries: q, keys: k, precision: .f32)
    let workers = Workers.spoiled(threads: 2)
    inputs.queries.copy(q, workers: workers)
    inputs.keys.copy(k, workers: workers)
    let rotation = theta.map {
      RotaryTable(width: shape.width, tokens: tokens, theta: $0, workers: workers)
    }
    inputs.normalizeQueries(
      HeadNorm(weight: weight, scale: 0.25, epsilon: 1e-5), rotation: rotation, workers: workers)
    inputs.normalizeKeys(
      HeadNorm(weight: weight, epsilon: 1e-5), rotation: rotation, workers: workers)
    func expected(_ rows: [[Float]], scale: Double) -> Table {
      let table = Naive.table(rows)
      let normed = (0..<shape.heads).flatMap { head in
        Naive.rmsNorm(
          Array(table[head * shape.width..<(head + 1) * shape.width]), scale: weight,
          epsilon: 1e-5)
      }.map { $0.map { $0 * scale } }
      return theta.map { Naive.rotated(normed, width: shape.width, theta: $0) } ?? normed
    }
    // An angle of 100 is rounded to float32, as the reference does.
    #expect(difference(inputs.queries.values, expected(queries, scale: 0.25)) < 1e-5)
    #expect(difference(inputs.keys.values, expected(keys, scale: 1)) < 1e-5)
  }
}
