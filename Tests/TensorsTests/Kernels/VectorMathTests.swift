import Glibc
import TestSupport
import Testing

@testable import Tensors

/// Each function against the C library's in double, over all magnitudes of floats.
@Suite struct VectorMathTests {
  /// Every 49,157th bit pattern: all exponents and both signs, many of them denormal.
  static let patterns: [Float] = Swift.stride(from: 0, through: UInt32.max, by: 49_157)
    .map { Float(bitPattern: $0) }.filter { $0.isFinite }

  /// Densely over the range in which the functions are not constant.
  static let dense: [Float] = (-100_000...100_000).map { Float($0) / 1000 }

  static let edges: [Float] = [
    0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, -1e-20, 1e-20,
    88.3, 88.29999, -87.3, -87.29999, 87.3, 3.92, -3.92, 5.543_717, -5.543_717,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
  ]

  static let inputs = edges + patterns + dense

  @Test func exponentialIsRelativelyExact() {
    var worst = 0.0
    for (x, y) in zip(Self.inputs, mapped(Self.inputs, VectorMath.exp)) {
      let expected = exp(Double(min(88.3, max(-87.3, x))))
      worst = max(worst, abs(Double(y) - expected) / expected)
    }
    #expect(worst < 2e-7)
    #expect(mapped([0, -0.0], VectorMath.exp) == [1, 1])
  }

  @Test func coarseExponentialIsExactEnoughForEightBits() {
    let inputs = Self.inputs.filter { $0 <= 0 } + [-.infinity]
    var worst = 0.0
    for (x, y) in zip(inputs, mapped(inputs, VectorMath.coarseExp)) {
      let expected = exp(Double(max(-86, x)))
      worst = max(worst, abs(Double(y) - expected) / expected)
    }
    #expect(worst < 8e-5)
  }

  /// A softmax gives nothing to a key far below the maximum, and never a denormal or an infinity.
  @Test(arguments: [-87.3, -88, -1000, -1e30, -Float.greatestFiniteMagnitude, -Float.infinity])
  func exponentialOfAVeryNegativeValueIsTheLeast(x: Float) {
    let y = mapped([x], VectorMath.exp)[0]
    #expect(y >= .leastNormalMagnitude && y < 1.3e-38)
  }

  @Test(arguments: [88.3, 89, 1e30, Float.greatestFiniteMagnitude, Float.infinity])
  func exponentialOfAVeryPositiveValueIsFinite(x: Float) {
    let y = mapped([x], VectorMath.exp)[0]
    #expect(y > 2.1e38 && y.isFinite)
  }

  @Test func sigmoidIsExact() {
    #expect(worst(Self.inputs, VectorMath.sigmoid) { Naive.sigmoid($0) } < 3e-7)
    #expect(mapped([0, -0.0, .infinity], VectorMath.sigmoid) == [0.5, 0.5, 1])
    #expect(mapped(Self.inputs, VectorMath.sigmoid).allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func errorFunctionIsExact() {
    #expect(worst(Self.inputs, VectorMath.erf) { erf($0) } < 5e-7)
    #expect(mapped([0, -0.0], VectorMath.erf) == [0, 0])
    // A step of the last bit above 1 is within the bound.
    #expect(mapped(Self.inputs, VectorMath.erf).allSatisfy { abs($0) <= 1 + 2 * Float.ulpOfOne })
  }

  @Test func errorFunctionIsOdd() {
    let negative = mapped(Self.inputs.map { -$0 }, VectorMath.erf)
    #expect(mapped(Self.inputs, VectorMath.erf).map { -$0 } == negative)
  }

  @Test func geluIsExact() {
    let inputs = Self.inputs.filter { abs($0) < 1e38 }
    #expect(
      worst(inputs, VectorMath.gelu, relativeTo: { max(1, abs($0)) }) { Naive.gelu($0) } < 4e-7)
    #expect(mapped([0, -0.0], VectorMath.gelu) == [0, 0])
  }

  @Test func eluIsExact() {
    let inputs = Self.inputs.filter { abs($0) < 1e38 }
    #expect(worst(inputs, VectorMath.elu) { $0 > 0 ? $0 : expm1($0) } < 3e-7)
    #expect(mapped([0, -0.0, 5, -.infinity], VectorMath.elu) == [0, 0, 5, -1])
  }

  @Test func hyperbolicTangentIsExact() {
    #expect(worst(Self.inputs, VectorMath.tanh) { tanh($0) } < 6e-7)
    #expect(mapped([0, .infinity], VectorMath.tanh) == [0, 1])
  }

  @Test func squareOfTheSineIsExact() {
    func naive(_ x: Double) -> Double { sin(x) * sin(x) }
    let small = Self.inputs.filter { abs($0) <= 3000 }
    #expect(worst(small, VectorMath.sinSquared, naive) < 4e-7)
    let multiples = (-900...900).map { Float(Double($0) * .pi / 2) }
    #expect(worst(multiples, VectorMath.sinSquared, naive) < 4e-7)
    let medium = (0...200_000).map { Float($0) * 0.15 }
    #expect(worst(medium, VectorMath.sinSquared, naive) < 1e-5)
    let all = mapped(Self.inputs, VectorMath.sinSquared)
    #expect(all.allSatisfy { $0 >= 0 && $0 < 1 + 4e-7 })
    #expect(mapped([0, -0.0], VectorMath.sinSquared) == [0, 0])
  }

  @Test func aNotANumberStaysOne() {
    for function in [
      VectorMath.exp, VectorMath.coarseExp, VectorMath.sigmoid, VectorMath.erf, VectorMath.gelu,
      VectorMath.elu,
      VectorMath.tanh, VectorMath.sinSquared,
    ] {
      #expect(mapped([.nan], function)[0].isNaN)
    }
  }

  /// Rounding may take a step back by some ulps, but nothing more.
  @Test func increasingFunctionsIncrease() {
    #expect(largestFall(VectorMath.sigmoid) < 3e-7)
    #expect(largestFall(VectorMath.erf) < 5e-7)
    let exponentials = mapped(Self.dense, VectorMath.exp)
    #expect(zip(exponentials, exponentials.dropFirst()).allSatisfy { $0 <= $1 })
  }

  // MARK: Helpers

  private func mapped(_ values: [Float], _ function: (Lanes) -> Lanes) -> [Float] {
    let padded = values + Array(repeating: 0, count: 15)
    return Swift.stride(from: 0, to: values.count, by: 16).flatMap { start in
      let y = function(Lanes(padded[start..<start + 16]))
      return (0..<min(16, values.count - start)).map { y[$0] }
    }
  }

  /// The largest difference to the naive function, in units of `relativeTo`; infinite for a NaN.
  private func worst(
    _ inputs: [Float], _ function: (Lanes) -> Lanes,
    relativeTo unit: (Double) -> Double = { _ in 1 },
    _ naive: (Double) -> Double
  ) -> Double {
    zip(inputs, mapped(inputs, function)).reduce(0) { worst, pair in
      guard pair.1.isFinite else { return .infinity }
      let x = Double(pair.0)
      return max(worst, abs(Double(pair.1) - naive(x)) / unit(x))
    }
  }

  /// How far a value lies below any before it, in ascending order of the inputs.
  private func largestFall(_ function: (Lanes) -> Lanes) -> Float {
    var highest = -Float.infinity
    return mapped(Self.dense, function).reduce(0) { fall, value in
      highest = max(highest, value)
      return max(fall, highest - value)
    }
  }
}
