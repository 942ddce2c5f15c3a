/// How a network's matrices are stored in memory, and what is multiplied; sums are always float32.
package struct Numerics: Sendable, Hashable {
  /// How weights are stored; nil is as in the file, or in float32 where something is folded into them.
  package var stored: NumberFormat?
  /// What a product's factors are: float32 or bfloat16.
  package var multiplied: NumberFormat

  /// Float32, unless another format is named.
  package init(stored: NumberFormat? = nil, multiplied: NumberFormat = .f32) {
    precondition(multiplied != .f16, "products are of float32 or bfloat16")
    self.stored = stored
    self.multiplied = multiplied
  }

  /// Float32 throughout.
  package static var float32: Numerics { Numerics(stored: .f32) }
}

/// Words of a product: float32 values, or bfloat16 values in pairs. A 32-bit word of a pair holds a column's values
/// of two neighbouring rows, so that panels, strides and offsets are those of float32 with half the rows.
extension NumberFormat {
  /// Words that `count` values of a sum take up.
  @inline(__always) func words(_ count: Int) -> Int {
    self == .f32 ? count : (count &+ 1) / 2
  }

  /// A panel of float32 in the words of this format: itself, or narrowed into `target`, which may be the same memory.
  @discardableResult
  package func panel(_ source: Panel, channels: Int, into target: Panel) -> Panel {
    guard self == .bf16 else { return source }
    Narrowing.rows(
      Floats(source.base), stride: source.stride, channels: channels, columns: Tile.columns,
      into: target.base, targetStride: target.stride)
    return target
  }
}

/// Rows of float32 on their way into a product of bfloat16 pairs.
enum Narrowing {
  /// Two rows become one of words; the first row takes the low half. Rounds to nearest.
  @inline(__always) static func pair(_ low: Lanes, _ high: Lanes) -> Lanes {
    let half = SIMD16<UInt32>(repeating: 0x8000)
    let low = (unsafeBitCast(low, to: SIMD16<UInt32>.self) &+ half) &>> 16
    let high = (unsafeBitCast(high, to: SIMD16<UInt32>.self) &+ half) & 0xffff_0000
    return unsafeBitCast(low | high, to: Lanes.self)
  }

  /// One word from two values.
  static func pair(_ low: Float, _ high: Float) -> Float {
    Float(
      bitPattern: (low.bitPattern &+ 0x8000) &>> 16 | (high.bitPattern &+ 0x8000) & 0xffff_0000)
  }

  /// Narrows `channels` rows to half as many rows of words; an odd last one is paired with zeros.
  ///
  /// - Parameter columns: a multiple of 16; as many are read and written.
  static func rows(
    _ source: Floats, stride: Int, channels: Int, columns: Int, into target: MutableFloats,
    targetStride: Int
  ) {
    for index in 0..<(channels &+ 1) / 2 {
      let low = source + 2 &* index &* stride
      let high = low + stride
      let row = target + index &* targetStride
      let isPaired = 2 &* index &+ 1 < channels
      for column in Swift.stride(from: 0, to: columns, by: 16) {
        row.store(pair(low.lanes(column), isPaired ? high.lanes(column) : .zero), column)
      }
    }
  }
}
