extension ElementType {
  /// The place of the first element that is infinite or not a number; nil where all are finite, or the type has no
  /// others.
  func firstNotFinite(in bytes: UnsafeRawBufferPointer) -> Int? {
    switch self {
    case .float16: firstElement(in: bytes, with: 0x7c00 as UInt16, pattern: 0x7c00_7c00)
    case .bfloat16: firstElement(in: bytes, with: 0x7f80 as UInt16, pattern: 0x7f80_7f80)
    case .float32: firstElement(in: bytes, with: 0x7f80_0000 as UInt32, pattern: 0x7f80_0000)
    default: nil
    }
  }
}

/// The first element whose exponent has all of its bits set. Elements need not be aligned.
///
/// - Parameters:
///   - exponent: an element's bits that are its exponent.
///   - pattern: the same for the one or two elements in four bytes.
private func firstElement<Bits: FixedWidthInteger & BitwiseCopyable>(
  in bytes: UnsafeRawBufferPointer, with exponent: Bits, pattern: UInt32
) -> Int? {
  typealias Lanes = SIMD16<UInt32>
  let size = MemoryLayout<Bits>.size
  let lastPlaces: UInt32 = pattern & ~(pattern << 1)
  let signs = pattern &+ lastPlaces
  var hits = Lanes.zero
  var start = 0
  let width = MemoryLayout<Lanes>.size
  let block = 64 * width
  while start < bytes.count {
    let end = min(start + block, bytes.count)
    let isWhole = end - start == block
    for place in stride(from: start, to: isWhole ? end : start, by: width) {
      let bits = bytes.loadUnaligned(fromByteOffset: place, as: Lanes.self)
      // One more in an exponent's last place carries into the sign where all of its bits are set.
      hits |= (bits & Lanes(repeating: pattern)) &+ Lanes(repeating: lastPlaces)
    }
    if !isWhole || hits & Lanes(repeating: signs) != Lanes.zero {
      let place = (start / size..<end / size).first { index in
        bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self) & exponent == exponent
      }
      if let place { return place }
    }
    start = end
  }
  return nil
}
