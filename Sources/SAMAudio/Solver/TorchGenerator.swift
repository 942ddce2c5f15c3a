internal import Glibc
import Tensors

/// The numbers that PyTorch's generator of the CPU draws after `torch.manual_seed(seed)`.
///
/// Source: aten/src/ATen/native/cpu/DistributionTemplates.h and aten/src/ATen/core/DistributionsHelper.h.
package struct TorchGenerator: Sendable {
  private var twister: MersenneTwister
  /// The second of a pair of normal numbers that were drawn one by one.
  private var spare: Double?

  /// `torch.manual_seed(seed)`: the twister takes the low 32 bits.
  package init(seed: UInt64) {
    twister = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
  }

  /// `torch.randn(count)`, to 5e-7: PyTorch's own differ so much from processor to processor.
  package mutating func normals(_ count: Int) -> [Float] {
    let block = 16
    guard count >= block else { return (0..<count).map { _ in Float(normal()) } }
    var values = (0..<count).map { _ in uniform() }
    for start in stride(from: 0, through: count - block, by: block) {
      transform(&values, from: start)
    }
    if count % block != 0 {
      for index in count - block..<count { values[index] = uniform() }
      transform(&values, from: count - block)
    }
    return values
  }

  /// `torch.randint(0, 2, (count,))`.
  mutating func bits(_ count: Int) -> [Bool] {
    (0..<count).map { _ in twister.next() % 2 == 1 }
  }

  /// 24 bits, in 0 ..< 1.
  private mutating func uniform() -> Float {
    Float(twister.next() & 0xff_ffff) * 0x1p-24
  }

  /// 53 bits of two words, in 0 ..< 1.
  private mutating func doubleUniform() -> Double {
    let high = UInt64(twister.next())
    let word = high << 32 | UInt64(twister.next())
    return Double(word & (1 << 53 - 1)) * 0x1p-53
  }

  /// Makes 16 uniform numbers normal: pairs of the first and the last eight (Box and Muller, 1958).
  private func transform(_ values: inout [Float], from start: Int) {
    for index in start..<start + 8 {
      let radius = (-2 * log(1 - values[index])).squareRoot()
      let angle = 2 * Float.pi * values[index + 8]
      values[index] = radius * cos(angle)
      values[index + 8] = radius * sin(angle)
    }
  }

  /// One number: how fewer than 16 are drawn.
  private mutating func normal() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    let angle = 2 * Double.pi * doubleUniform()
    let radius = (-2 * log1p(-doubleUniform())).squareRoot()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }
}
