internal import CProcessor

/// What this build's processor can do. The answers are constants: a branch not taken leaves no code.
enum Processor {
  /// Products of 16 floats, on 32 registers.
  @inline(__always) static var hasAVX512: Bool { AP_HAS_AVX512 != 0 }

  /// Products of bfloat16 pairs with float32 sums.
  @inline(__always) static var hasBF16: Bool { AP_HAS_BF16 != 0 }
}
