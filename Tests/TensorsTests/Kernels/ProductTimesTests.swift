import Testing

@testable import Tensors

@Suite struct ProductTimesTests {
  /// Bfloat16 must be clearly faster.
  @Test(
    arguments: [
      (100, 50, .bf16), (100, 80, .bf16), (100, 81, .f32), (100, 100, .f32), (100, 170, .f32),
    ] as [(f32: Int, bf16: Int, faster: NumberFormat)])
  func theFasterIsTaken(f32: Int, bf16: Int, faster: NumberFormat) {
    let times = ProductTimes(f32: .microseconds(f32), bf16: .microseconds(bf16))
    #expect(times.faster == faster)
    #expect(abs(times.speedOfBF16 - Double(f32) / Double(bf16)) < 1e-9)
  }

  @Test func measuringTakesAMoment() {
    let times = ProductTimes.measured()
    #expect(times.f32 > .zero)
    #expect(times.bf16 > .zero)
    // Without the instruction, pairs are taken apart again.
    if !Processor.hasBF16 { #expect(times.faster == .f32) }
    let runs = (0..<5).map { _ in ContinuousClock().measure { _ = ProductTimes.measured() } }
    #expect(runs.min()! < .milliseconds(2))
  }
}
