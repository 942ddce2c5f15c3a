internal import CProcessor

extension SIMD16<Float> {
  /// `self + a · b`, rounded once where the processor can.
  @inline(__always) func adding(_ a: Self, times b: Self) -> Self { ap_multiply_add(self, a, b) }

  /// The larger of each pair.
  @inline(__always) func max(_ other: Self) -> Self { ap_max(self, other) }

  /// The smaller of each pair.
  @inline(__always) func min(_ other: Self) -> Self { ap_min(self, other) }

  /// What is not a number stays so: of two values that do not compare, the second is taken.
  @inline(__always) func clamped(from low: Float, to high: Float) -> Self {
    ap_min(Self(repeating: high), ap_max(Self(repeating: low), self))
  }
}

/// The functions that networks need, 16 values at a time.
///
/// The coefficients are minimax fits made for this file (iterated reweighted least squares in
/// double); the bounds stand in the tests, over the functions' whole range.
enum VectorMath {
  /// eˣ to 2e-7 of its value for −87.3 ≤ x ≤ 88.3; below, 1.2e-38; above, 2.2e38.
  @inline(__always) static func exp(_ x: Lanes) -> Lanes {
    let x = x.clamped(from: -87.3, to: 88.3)
    // x = n·ln 2 + r. Adding 1.5·2²³ rounds n to an integer, which then stands in the low bits.
    let magic = Lanes(repeating: 12_582_912)
    let shifted = magic.adding(x, times: Lanes(repeating: 1.442_695_04))
    let n = shifted - magic
    let r = x.adding(n, times: Lanes(repeating: -0.693_359_375))
      .adding(n, times: Lanes(repeating: 2.121_944_4e-4))
    var sum = Lanes(repeating: 0.001_383_684_5)
    sum = Lanes(repeating: 0.008_374_816).adding(sum, times: r)
    sum = Lanes(repeating: 0.041_668_225).adding(sum, times: r)
    sum = Lanes(repeating: 0.166_664_2).adding(sum, times: r)
    sum = Lanes(repeating: 0.499_999_9).adding(sum, times: r)
    sum = Lanes(repeating: 1).adding(sum, times: r)
    sum = Lanes(repeating: 1).adding(sum, times: r)
    let bits = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
    let one = SIMD16<Int32>(repeating: 127 << 23)
    return sum * unsafeBitCast(bits &+ one, to: Lanes.self)
  }

  /// eˣ to 8e-5 of its value for −86 ≤ x ≤ 0, for weights that are rounded to 8 or 11 bits then; below, 4.5e-38. Not for
  /// more than 0.
  @inline(__always) static func coarseExp(_ x: Lanes) -> Lanes {
    // 2ⁿ·2ᶠ: n stands in the low bits of the sum and is added to the exponent.
    // Of two that do not compare, the second stays: what is not a number.
    let x = Lanes(repeating: -86).max(x)
    let rate = Lanes(repeating: 1.442_695_04)
    let magic = Lanes(repeating: 12_582_912)
    let shifted = magic.adding(x, times: rate)
    let f = (magic - shifted).adding(x, times: rate)
    var sum = Lanes(repeating: 0.055_171_67)
    sum = Lanes(repeating: 0.242_611_14).adding(sum, times: f)
    sum = Lanes(repeating: 0.693_260_99).adding(sum, times: f)
    sum = Lanes(repeating: 0.999_928_07).adding(sum, times: f)
    let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
    return unsafeBitCast(unsafeBitCast(sum, to: SIMD16<Int32>.self) &+ exponent, to: Lanes.self)
  }

  /// 1 / (1 + e⁻ˣ) to 3e-7.
  @inline(__always) static func sigmoid(_ x: Lanes) -> Lanes {
    Lanes(repeating: 1) / (Lanes(repeating: 1) + exp(-x))
  }

  /// x · σ(x)
  @inline(__always) static func silu(_ x: Lanes) -> Lanes { x * sigmoid(x) }

  /// The error function to 5e-7.
  @inline(__always) static func erf(_ x: Lanes) -> Lanes {
    let x = x.clamped(from: -3.92, to: 3.92)
    let y = x * x
    var p = Lanes(repeating: 1.992_123_4e-8)
    p = Lanes(repeating: -1.994_294_7e-6).adding(p, times: y)
    p = Lanes(repeating: 1.489_878_9e-4).adding(p, times: y)
    p = Lanes(repeating: 0.003_972_957).adding(p, times: y)
    p = Lanes(repeating: 0.051_397_502).adding(p, times: y)
    p = Lanes(repeating: 0.206_115_83).adding(p, times: y)
    p = Lanes(repeating: 1.128_378_7).adding(p, times: y)
    var q = Lanes(repeating: 0.001_024_138_1)
    q = Lanes(repeating: 0.014_889_359).adding(q, times: y)
    q = Lanes(repeating: 0.117_565_23).adding(q, times: y)
    q = Lanes(repeating: 0.515_994_2).adding(q, times: y)
    q = Lanes(repeating: 1).adding(q, times: y)
    return x * p / q
  }

  /// x · Φ(x), the exact GELU (not its tanh form), to 4e-7 · max(1, |x|).
  @inline(__always) static func gelu(_ x: Lanes) -> Lanes {
    let half = x * Lanes(repeating: 0.5)
    return half.adding(half, times: erf(x * Lanes(repeating: 0.707_106_78)))
  }

  /// x, or eˣ − 1 where that is negative, to 3e-7.
  @inline(__always) static func elu(_ x: Lanes) -> Lanes {
    let zero = Lanes.zero
    let negative = x.clamped(from: -.infinity, to: 0)
    return zero.max(x) + (exp(negative) - Lanes(repeating: 1))
  }

  /// The hyperbolic tangent to 6e-7.
  @inline(__always) static func tanh(_ x: Lanes) -> Lanes {
    let two = Lanes(repeating: 2)
    return Lanes(repeating: -1).adding(two, times: sigmoid(two * x))
  }

  /// sin² x to 4e-7 for |x| ≤ 3000, to 1e-5 for |x| ≤ 30,000; beyond, somewhere from 0 to 1.
  @inline(__always) static func sinSquared(_ x: Lanes) -> Lanes {
    // x = n·π + r: the sign of (−1)ⁿ·sin r falls out. π is cut so that n times a part is exact.
    let magic = Lanes(repeating: 12_582_912)
    let n = magic.adding(x, times: Lanes(repeating: 0.318_309_89)) - magic
    let r = x.adding(n, times: Lanes(repeating: -3.140_625))
      .adding(n, times: Lanes(repeating: -9.675_025_94e-4))
      .adding(n, times: Lanes(repeating: -1.509_957_99e-7))
      .clamped(from: -1.570_8, to: 1.570_8)
    let y = r * r
    var sum = Lanes(repeating: 2.600_034_5e-6)
    sum = Lanes(repeating: -1.980_660_6e-4).adding(sum, times: y)
    sum = Lanes(repeating: 0.008_333_017).adding(sum, times: y)
    sum = Lanes(repeating: -0.166_666_57).adding(sum, times: y)
    sum = Lanes(repeating: 1).adding(sum, times: y)
    let sine = r * sum
    return sine * sine
  }
}
