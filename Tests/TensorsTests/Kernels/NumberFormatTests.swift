import Checkpoints
import TestSupport
import Testing

@testable import Tensors

@Suite struct NumberFormatTests {
  /// What is kept is the nearest value there is: off by half a unit in the last place at most.
  @Test(arguments: [NumberFormat.bf16, .f16], [1e-3, 1, 300] as [Float])
  func keepsTheNearestValue(format: NumberFormat, scale: Float) {
    let values = noise(1000, seed: 1, scale: scale)
    let kept = format.rounded(values)
    let bits = format == .bf16 ? 8 : 11
    for (value, kept) in zip(values, kept) {
      // Below 2⁻¹⁴ halves are subnormal, with a fixed step of 2⁻²⁴.
      let step = max(value.ulp * Float(1 << (24 - bits)), format == .f16 ? 0x1p-24 : 0)
      #expect(abs(value - kept) <= step / 2)
    }
  }

  @Test func tiesGoToEven() {
    #expect(NumberFormat.bf16.narrowed(1 + 0x1p-8) == 0x3f80)
    #expect(NumberFormat.bf16.narrowed(1 + 3 * 0x1p-8) == 0x3f82)
    #expect(NumberFormat.f16.narrowed(1 + 0x1p-11) == 0x3c00)
    #expect(NumberFormat.f16.narrowed(1 + 3 * 0x1p-11) == 0x3c02)
  }

  @Test func whatIsNoNumberStaysSo() {
    for format in [NumberFormat.bf16, .f16] {
      #expect(format.rounded([.nan, Float(bitPattern: 0x7fff_ffff)]).allSatisfy { $0.isNaN })
      #expect(format.rounded([.infinity, -.infinity]) == [.infinity, -.infinity])
    }
  }
}
