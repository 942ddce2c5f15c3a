internal import CProcessor

/// Values on their way into a product of int8, and its sums on their way back.
///
/// A row of weights is divided by its scale, which is its largest magnitude / 127, and rounded to whole numbers. Of a
/// token, the least value is subtracted before it is divided by its scale, the rest of its range / 255: the
/// instruction for the products takes unsigned bytes, and what GELU leaves is hardly ever negative. So a sum lacks
/// the least value times the sum of the row's whole numbers.
/// Source: Jacob and others, Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
/// Inference (2018); a scale for each token as it comes is XNNPACK's `qd8`.
enum Quantizing {
  /// The largest magnitude of a weight, and the largest byte.
  private static let (limit, top): (Float, Float) = (127, 255)
  /// The least that is divided by: what differs less is the same.
  private static let floor: Float = 1e-30

  /// Rows of a panel behind its words: the tokens' scales, and their least values.
  static let rowsOfTokens = 2

  /// Writes a panel's tokens in words, and what belongs to each token behind those.
  static func panel(_ source: Panel, channels: Int, into target: Panel) {
    let words = NumberFormat.int8.words(channels)
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      let values = Floats(source.base + column)
      var (least, largest) = (values.lanes(0), values.lanes(0))
      // 0 times each value: not a number where one is none, which bytes cannot say.
      var check = Lanes.zero
      for channel in 0..<max(1, channels) {
        let x = values.lanes(channel &* source.stride)
        least = least.min(x)
        largest = largest.max(x)
        check = check.adding(x, times: .zero)
      }
      let range = (largest - least).max(Lanes(repeating: floor))
      let factor = Lanes(repeating: top) / range
      func byte(_ channel: Int) -> SIMD16<UInt32> {
        guard channel < channels else { return .zero }
        return whole((values.lanes(channel &* source.stride) - least), factor)
      }
      for word in 0..<words {
        let first = 4 &* word
        let low = byte(first) | byte(first &+ 1) &<< 8
        let bytes = low | byte(first &+ 2) &<< 16 | byte(first &+ 3) &<< 24
        target.row(word).store(unsafeBitCast(bytes, to: Lanes.self), column)
      }
      target.row(words).store(range * Lanes(repeating: 1 / top), column)
      target.row(words &+ 1).store(least + check, column)
    }
  }

  /// The whole numbers nearest to some values times a factor, of which none is negative.
  @inline(__always) private static func whole(_ values: Lanes, _ factor: Lanes) -> SIMD16<UInt32> {
    // Adding 1.5·2²³ rounds, and leaves the whole number in the low bits.
    let shifted = Lanes(repeating: 12_582_912).adding(values, times: factor)
    return unsafeBitCast(shifted, to: SIMD16<UInt32>.self) & 0xff
  }

  /// Rounds a row of weights to whole numbers.
  ///
  /// - Returns: their scale, and their sum.
  static func round(_ row: MutableFloats, count: Int) -> (scale: Float, sum: Float) {
    var largest: Float = 0
    for index in 0..<count { largest = max(largest, abs(row[index])) }
    let scale = max(largest, floor) / limit
    var sum: Float = 0
    for index in 0..<count {
      row[index] = (row[index] / scale).rounded()
      sum += row[index]
    }
    return (scale, sum)
  }

  /// A word of four whole numbers.
  static func word(_ values: Floats) -> Float {
    var bits: UInt32 = 0
    for index in 0..<4 {
      let byte = UInt8(bitPattern: Int8(exactly: values[index]) ?? 0)
      bits |= UInt32(byte) << (8 * UInt32(index))
    }
    return Float(bitPattern: bits)
  }

  /// What a tile's sums stand for, in place.
  ///
  /// - Parameters:
  ///   - rows: scales of 8 rows, and then their sums.
  ///   - tokens: scales of 48 tokens, and then their least values.
  @inline(__always) static func scale(_ tile: MutableFloats, rows: Floats, tokens: Floats) {
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      let (scale, least) = (tokens.lanes(column), tokens.lanes(Tile.columns &+ column))
      for row in 0..<Tile.rows {
        let index = row &* Tile.columns &+ column
        let sums = ap_float_of_word(unsafeBitCast(tile.lanes(index), to: SIMD16<Int32>.self))
        let whole = (least * Lanes(repeating: rows[Tile.rows &+ row])).adding(sums, times: scale)
        tile.store(whole * Lanes(repeating: rows[row]), index)
      }
    }
  }
}
