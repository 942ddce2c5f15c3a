internal import CProcessor

/// What can be done here.
enum Processor {
  /// Products of 16 floats, on 32 registers: what this build is for, a constant, so that a branch not taken leaves no
  /// code.
  @inline(__always) static var hasAVX512: Bool { AP_HAS_AVX512 != 0 }

  /// Products of bfloat16 pairs with float32 sums, beside `hasAVX512`: what this processor says of itself.
  @inline(__always) static var hasBF16: Bool { ap_has_bf16() != 0 }

  /// Products of half precision with sums of half precision, likewise.
  @inline(__always) static var hasFP16: Bool { ap_has_fp16() != 0 }

  /// Products of four bytes with sums of 32 bits, likewise.
  @inline(__always) static var hasVNNI: Bool { ap_has_vnni() != 0 }
}
