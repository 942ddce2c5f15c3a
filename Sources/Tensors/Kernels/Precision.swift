/// The numbers that products are made of; sums are always float32.
package enum Precision: Sendable {
  case f32
  /// bfloat16 in pairs: a 32-bit word holds a column's values of two neighbouring rows, so that panels,
  /// strides and offsets are those of float32 with half the rows.
  case bf16

  /// Words that `count` values of a sum take up.
  @inline(__always) func words(_ count: Int) -> Int {
    self == .f32 ? count : (count &+ 1) / 2
  }

  /// A panel `[channels][48]` of float32 in the words of this precision: itself, or narrowed into `target`,
  /// which may be the same memory.
  @discardableResult
  func panel(_ source: Floats, channels: Int, into target: MutableFloats) -> Floats {
    guard self == .bf16 else { return source }
    Narrowing.rows(
      source, stride: Tile.columns, channels: channels, columns: Tile.columns, into: target,
      targetStride: Tile.columns)
    return Floats(target)
  }

  /// Whether this processor multiplies bfloat16 faster than float32.
  package static var hasFastBF16: Bool { Processor.hasBF16 }
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
