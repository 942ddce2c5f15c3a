import TestSupport
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

  /// With a least divisor and no ε, as `F.normalize` has it: quiet tokens are not made quieter, and silence stays silent.
  @Test(arguments: [0, 1e-14, 1e-8, 1, 1e12] as [Float]) func aFloorIsTheLeastDivisor(value: Float)
  {
    let rows: [[Float]] = [[value], [-2 * value], [value / 2]]
    let input = TokenPanels(rows)
    let ones = FloatStorage(Array(repeating: 1, count: 3))
    let floor: Float = 1e-12
    input.rmsNormalize(
      into: input, scale: Floats(ones.base), epsilon: 0, floor: floor,
      workers: Workers.spoiled(threads: 1))
    let root = (Double(value) * Double(value) * 5.25 / 3).squareRoot()
    let expected = rows.map { $0.map { Double($0) / max(root, Double(floor)) } }
    #expect(difference(input.values, expected) < 1e-6)
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
}
