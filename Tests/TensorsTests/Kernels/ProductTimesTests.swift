import Testing

@testable import Tensors

@Suite struct ProductTimesTests {
  private static func times(
    f32: Int = 100, f16: Int, bf16: Int, int8: Int = 25
  ) -> ProductTimes {
    ProductTimes(
      f32: .microseconds(f32), f16: .microseconds(f16), bf16: .microseconds(bf16),
      int8: .microseconds(int8))
  }

  /// Fewer bits must be clearly faster than what is taken with more of them. Half precision is slow here, as where it
  /// is taken apart.
  @Test(
    arguments: [
      (100, 50, 25, .int8), (100, 50, 40, .int8), (100, 50, 41, .bf16), (100, 80, 80, .bf16),
      (100, 81, 80, .int8), (100, 81, 81, .f32), (100, 170, 60, .int8), (100, 170, 100, .f32),
    ] as [(f32: Int, bf16: Int, int8: Int, fastest: NumberFormat)])
  func theFastestIsTaken(f32: Int, bf16: Int, int8: Int, fastest: NumberFormat) {
    let times = Self.times(f32: f32, f16: 2000, bf16: bf16, int8: int8)
    #expect(times.fastest(of: [.f32, .f16, .bf16, .int8]) == fastest)
    #expect(times.fastest(of: [.f32]) == .f32)
    #expect(times.fastest(of: [.f32, .f16, .bf16]) == (bf16 <= 80 ? .bf16 : .f32))
    for (format, time) in [(NumberFormat.f16, 2000), (.bf16, bf16), (.int8, int8)] {
      #expect(abs(times.speed(format) - Double(f32) / Double(time)) < 1e-9)
    }
  }

  /// On processors with one of the two, with both and with neither; half precision unless bfloat16 is clearly faster.
  @Test(
    arguments: [
      (2000, 50, .bf16, .bf16), (53, 200, .f16, .f16), (50, 50, .f16, .f16), (51, 50, .f16, .f16),
      (60, 50, .f16, .f16), (80, 50, .bf16, .bf16), (2000, 170, .bf16, .f32),
      (170, 2000, .f16, .f32),
    ] as [(f16: Int, bf16: Int, half: NumberFormat, fastest: NumberFormat)])
  func theBestSixteenBitsAreTaken(f16: Int, bf16: Int, half: NumberFormat, fastest: NumberFormat) {
    let times = Self.times(f16: f16, bf16: bf16)
    #expect(times.half == half)
    #expect(times.fastest(of: [.f32, .f16, .bf16]) == fastest)
    let asked = ProductPrecision.half.numerics(stored: nil, auto: [], times)
    #expect(asked == Numerics(multiplied: half))
    let bytes = ProductPrecision.int8.numerics(stored: nil, auto: [], times)
    #expect(bytes == Numerics(multiplied: .int8, others: fastest))
    let auto = ProductPrecision.auto.numerics(stored: nil, auto: [.f32, .f16, .bf16], times)
    #expect(auto == Numerics(multiplied: fastest))
  }

  /// What is asked for is what is multiplied, but for `auto`; what is not linear never multiplies int8.
  @Test(
    arguments: [
      (.f32, 25, .f32, .f32), (.half, 170, .bf16, .bf16), (.int8, 50, .int8, .bf16),
      (.int8, 170, .int8, .f32), (.auto, 50, .int8, .bf16), (.auto, 170, .int8, .f32),
    ] as [(ProductPrecision, Int, NumberFormat, NumberFormat)])
  func numbersFollowFromWhatIsAsked(
    asked: ProductPrecision, bf16: Int, multiplied: NumberFormat, others: NumberFormat
  ) {
    let times = Self.times(f16: 2000, bf16: bf16)
    let numerics = asked.numerics(stored: .f16, auto: [.f32, .f16, .bf16, .int8], times)
    #expect(numerics == Numerics(stored: .f16, multiplied: multiplied, others: others))
    #expect(numerics.unscaled == Numerics(stored: .f16, multiplied: others))
    if asked == .auto {
      #expect(
        asked.numerics(stored: nil, auto: [.f32, .f16, .bf16], times).multiplied == others,
        "only what is exact enough")
    }
  }

  @Test func measuringTakesAMoment() {
    let times = ProductTimes.measured()
    for time in [times.f32, times.f16, times.bf16, times.int8] { #expect(time > .zero) }
    // Without the instructions, words are taken apart again.
    if !Processor.hasBF16 { #expect(times.fastest(of: [.f32, .bf16]) == .f32) }
    if !Processor.hasFP16 {
      #expect(times.half == .bf16)
      #expect(times.fastest(of: [.f32, .f16]) == .f32)
    }
    let runs = (0..<5).map { _ in ContinuousClock().measure { _ = ProductTimes.measured() } }
    #expect(runs.min()! < .milliseconds(3))
  }
}
