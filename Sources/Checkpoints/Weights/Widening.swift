internal import CProcessor

private typealias HalfLanes = SIMD16<UInt16>
private typealias Lanes = SIMD16<Float>

/// Widens stored elements to `Float`, exactly.
///
/// - Parameters:
///   - bytes: `count` elements; need not be aligned.
///   - type: one that `widensToFloat`.
func widened(_ bytes: UnsafeRawBufferPointer, type: ElementType, count: Int) -> [Float] {
  [Float](unsafeUninitializedCapacity: count) { out, filled in
    if let start = out.baseAddress { widen(bytes, type: type, count: count, into: start) }
    filled = count
  }
}

/// Widens stored elements to `count` floats, exactly.
func widen(
  _ bytes: UnsafeRawBufferPointer, type: ElementType, count: Int,
  into out: UnsafeMutablePointer<Float>
) {
  precondition(type.widensToFloat, "type must be one that widens to Float")
  precondition(bytes.count == count * type.byteCount, "bytes must hold count elements")
  guard let start = bytes.baseAddress else { return }
  switch type {
  case .float16: widen(start, count: count, into: out, ap_widen_half)
  case .bfloat16: widen(start, count: count, into: out, ap_widen_bfloat)
  default: UnsafeMutableRawPointer(out).copyMemory(from: start, byteCount: bytes.count)
  }
}

/// 16 at a time; the last ones in a padded register, so that all go one way.
@inline(__always)
private func widen(
  _ bytes: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Float>,
  _ wide: (HalfLanes) -> Lanes
) {
  let whole = count & ~15
  for start in stride(from: 0, to: whole, by: 16) {
    let values = wide(bytes.loadUnaligned(fromByteOffset: start * 2, as: HalfLanes.self))
    UnsafeMutableRawPointer(out + start).storeBytes(of: values, as: Lanes.self)
  }
  guard whole < count else { return }
  var last = HalfLanes()
  for index in whole..<count {
    last[index - whole] = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
  }
  let values = wide(last)
  for index in whole..<count { out[index] = values[index - whole] }
}
