internal import CProcessor
package import Checkpoints

/// 16 elements of half the size.
typealias HalfLanes = SIMD16<UInt16>

/// A format of numbers: in which weights are stored (all but `int8`), and which are multiplied.
package enum NumberFormat: String, Sendable, CaseIterable {
  case f32
  case bf16
  case f16
  /// Whole numbers, with a scale for each row of weights and for each token (`Quantizing`).
  case int8

  /// The formats in which weights may be stored.
  package static let stored = [NumberFormat.f32, .bf16, .f16]

  /// The format that keeps stored elements as they are.
  init(_ type: ElementType) {
    switch type {
    case .float16: self = .f16
    case .bfloat16: self = .bf16
    default: self = .f32
    }
  }

  /// Floats of memory that `count` stored values take up.
  func floats(_ count: Int) -> Int { self == .f32 ? count : (count + 1) / 2 }

  /// The half-size element nearest to a value, ties to even; not for `f32`.
  func narrowed(_ value: Float) -> UInt16 {
    guard self == .bf16 else { return Float16(value).bitPattern }
    let bits = value.bitPattern
    guard !value.isNaN else { return 0x7fc0 }
    return UInt16((bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  /// The nearest value that this format has, where it needs no scale for that.
  func rounded(_ value: Float) -> Float {
    switch self {
    case .f32, .int8: value
    case .bf16: Float(bitPattern: UInt32(narrowed(value)) << 16)
    case .f16: Float(Float16(value))
    }
  }

  /// Widens `count` half-size elements, 16 at a time; reads and writes up to 15 more. Not for `f32`.
  @inline(__always)
  func widen(_ source: UnsafePointer<UInt16>, count: Int, into target: MutableFloats) {
    let bytes = UnsafeRawPointer(source)
    for index in stride(from: 0, to: count, by: 16) {
      let lanes = bytes.loadUnaligned(fromByteOffset: 2 &* index, as: HalfLanes.self)
      target.store(self == .bf16 ? ap_widen_bfloat(lanes) : ap_widen_half(lanes), index)
    }
  }
}

extension StoredRows {
  /// The format that keeps the elements as they are stored.
  package var format: NumberFormat { NumberFormat(type) }
}
