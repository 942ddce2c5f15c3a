import Testing

@testable import Tensors

@Suite struct ProductTimesTests {
  /// Fewer bits must be clearly faster than what is taken with more of them.
  @Test(
    arguments: [
      (100, 50, 25, .int8), (100, 50, 40, .int8), (100, 50, 41, .bf16), (100, 80, 80, .bf16),
      (100, 81, 80, .int8), (100, 81, 81, .f32), (100, 170, 60, .int8), (100, 170, 100, .f32),
    ] as [(f32: Int, bf16: Int, int8: Int, fastest: NumberFormat)])
  func theFastestIsTaken(f32: Int, bf16: Int, int8: Int, fastest: NumberFormat) {
    let times = ProductTimes(
      f32: .microseconds(f32), bf16: .microseconds(bf16), int8: .microseconds(int8))
    #expect(times.fastest(of: [.f32, .bf16, .int8]) == fastest)
    #expect(times.fastest(of: [.f32]) == .f32)
    #expect(times.fastest(of: [.f32, .bf16]) == (bf16 <= 80 ? .bf16 : .f32))
    #expect(abs(times.speed(.bf16) - Double(f32) / Double(bf16)) < 1e-9)
    #expect(abs(times.speed(.int8) - Double(f32) / Double(int8)) < 1e-9)
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
    let times = ProductTimes(
      f32: .microseconds(100), bf16: .microseconds(bf16), int8: .microseconds(25))
    let numerics = asked.numerics(stored: .f16, auto: [.f32, .bf16, .int8], times)
    #expect(numerics == Numerics(stored: .f16, multiplied: multiplied, others: others))
    #expect(numerics.unscaled == Numerics(stored: .f16, multiplied: others))
    if asked == .auto {
      #expect(
        asked.numerics(stored: nil, auto: [.f32, .bf16], times).multiplied == others,
        "only what is exact enough")
    }
  }

  @Test func measuringTakesAMoment() {
    let times = ProductTimes.measured()
    #expect(times.f32 > .zero)
    #expect(times.bf16 > .zero)
    #expect(times.int8 > .zero)
    // Without the instructions, words are taken apart again.
    if !Processor.hasBF16 { #expect(times.fastest(of: [.f32, .bf16]) == .f32) }
    let runs = (0..<5).map { _ in ContinuousClock().measure { _ = ProductTimes.measured() } }
    #expect(runs.min()! < .milliseconds(3))
  }
}
