import Testing

@testable import Checkpoints

@Suite struct WideningTests {
  /// The compiler's own conversion is the reference.
  @Test func everyHalfWidens() {
    let bits = (0...UInt16.max).map { $0 }
    let wide = bits.withUnsafeBytes { widened($0, type: .float16, count: bits.count) }
    for (bits, wide) in zip(bits, wide) {
      let expected = Float(Float16(bitPattern: bits))
      #expect(
        wide.bitPattern == expected.bitPattern || (wide.isNaN && expected.isNaN), "\(bits)")
    }
  }

  @Test func everyBfloatIsTheUpperHalfOfAFloat() {
    let bits = (0...UInt16.max).map { $0 }
    let wide = bits.withUnsafeBytes { widened($0, type: .bfloat16, count: bits.count) }
    #expect(wide.map(\.bitPattern) == bits.map { UInt32($0) << 16 })
  }

  /// Lengths around the register's eight, from an address that is not aligned.
  @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 31])
  func anyLengthFromAnyAddress(count: Int) {
    let values = (0..<count).map {
      Float(sign: $0 % 2 == 0 ? .plus : .minus, exponent: $0 / 2 - 8, significand: 1.25)
    }
    var bytes: [UInt8] = [0]
    for value in values {
      let bits = Float16(value).bitPattern
      bytes += [UInt8(truncatingIfNeeded: bits), UInt8(bits >> 8)]
    }
    let wide = bytes.withUnsafeBytes {
      widened(UnsafeRawBufferPointer(rebasing: $0[1...]), type: .float16, count: count)
    }
    #expect(wide == values)
  }
}
