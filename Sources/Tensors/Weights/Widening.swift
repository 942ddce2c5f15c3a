/// Widens stored elements to `Float`, exactly.
///
/// - Parameters:
///   - bytes: `count` elements; need not be aligned.
///   - type: one that `widensToFloat`.
func widened(_ bytes: UnsafeRawBufferPointer, type: ElementType, count: Int) -> [Float] {
  precondition(type.widensToFloat, "type must be one that widens to Float")
  precondition(bytes.count == count * type.byteCount, "bytes must hold count elements")
  return [Float](unsafeUninitializedCapacity: count) { out, filled in
    switch type {
    case .float16: widen(bytes, into: out, wide: floats(half:), count: count)
    case .bfloat16: widen(bytes, into: out, wide: floats(bfloat:), count: count)
    default: UnsafeMutableRawBufferPointer(out).copyMemory(from: bytes)
    }
    filled = count
  }
}

/// Eight at a time; the last ones in a padded register, so that all go one way.
@inline(__always)
private func widen(
  _ bytes: UnsafeRawBufferPointer, into out: UnsafeMutableBufferPointer<Float>,
  wide: (SIMD8<UInt16>) -> SIMD8<Float>, count: Int
) {
  let whole = count & ~7
  for start in stride(from: 0, to: whole, by: 8) {
    let bits = bytes.loadUnaligned(fromByteOffset: start * 2, as: SIMD8<UInt16>.self)
    UnsafeMutableRawBufferPointer(out).storeBytes(
      of: wide(bits), toByteOffset: start * 4, as: SIMD8<Float>.self)
  }
  var last = SIMD8<UInt16>()
  for index in whole..<count {
    last[index - whole] = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
  }
  let values = wide(last)
  for index in whole..<count {
    out.initializeElement(at: index, to: values[index - whole])
  }
}

/// Widens IEEE half precision in integer registers: baseline x86-64 has no instruction for it, and
/// the compiler's own conversion is a call an element.
@inline(__always)
private func floats(half bits: SIMD8<UInt16>) -> SIMD8<Float> {
  let wide = SIMD8<UInt32>(truncatingIfNeeded: bits)
  let sign = (wide & 0x8000) &<< 16
  let magnitude = (wide & 0x7fff) &<< 13
  // The exponent is 112 too small; a product mends subnormals as well.
  let scaled = SIMD8<Float>(bits: magnitude) * 0x1p112
  let isFinite = magnitude .< 0x0f80_0000
  let special = magnitude | 0x7f80_0000
  return SIMD8<Float>(bits: sign | special.replacing(with: scaled.bits, where: isFinite))
}

@inline(__always)
private func floats(bfloat bits: SIMD8<UInt16>) -> SIMD8<Float> {
  SIMD8<Float>(bits: SIMD8<UInt32>(truncatingIfNeeded: bits) &<< 16)
}

extension SIMD8<Float> {
  fileprivate init(bits: SIMD8<UInt32>) {
    self = unsafeBitCast(bits, to: Self.self)
  }

  fileprivate var bits: SIMD8<UInt32> {
    unsafeBitCast(self, to: SIMD8<UInt32>.self)
  }
}
