internal import CProcessor

/// How a network's matrices are stored in memory, and what is multiplied; sums are float32, of half precision from 64
/// terms on.
package struct Numerics: Sendable, Hashable {
  /// How weights are stored; nil is as in the file, or in float32 where something is folded into them.
  package var stored: NumberFormat?
  /// What a linear layer's factors are.
  package var multiplied: NumberFormat
  /// What other factors are where those are int8: anything else.
  package var others: NumberFormat

  /// Float32, unless another format is named.
  package init(
    stored: NumberFormat? = nil, multiplied: NumberFormat = .f32, others: NumberFormat = .bf16
  ) {
    precondition(stored != .int8, "weights are stored as float32 or in 16 bits")
    precondition(others != .int8, "only linear layers multiply int8")
    self.stored = stored
    self.multiplied = multiplied
    self.others = multiplied == .int8 ? others : multiplied
  }

  /// Without int8: for factors that have no scale of their own, and for layers that need more bits.
  package var unscaled: Numerics { Numerics(stored: stored, multiplied: others) }
  /// With products of float32.
  package var exact: Numerics { Numerics(stored: stored) }

  /// With products of float32 in place of half precision, whose sums and factors end at 65,504.
  package var unbounded: Numerics {
    func wide(_ format: NumberFormat) -> NumberFormat { format == .f16 ? .f32 : format }
    return Numerics(stored: stored, multiplied: wide(multiplied), others: wide(others))
  }

  /// Float32 throughout.
  package static var float32: Numerics { Numerics(stored: .f32) }
}

/// Words of a product: float32 values, values of 16 bits in pairs, or int8 values in fours. A word of 32 bits holds a
/// column's values of two or four neighbouring rows, so that panels, strides and offsets are those of float32 with
/// fewer rows.
extension NumberFormat {
  /// Values in a word.
  @inline(__always) var valuesOfWord: Int {
    switch self {
    case .f32: 1
    case .bf16, .f16: 2
    case .int8: 4
    }
  }

  /// Words that `count` values of a sum take up.
  @inline(__always) func words(_ count: Int) -> Int {
    (count &+ valuesOfWord &- 1) / valuesOfWord
  }

  /// Rows of a panel of `channels` in words: of int8, the last ones belong to the tokens.
  @inline(__always) package func rows(_ channels: Int) -> Int {
    words(channels) &+ (self == .int8 ? Quantizing.rowsOfTokens : 0)
  }

  /// A panel of float32 in the words of this format: itself, or narrowed into `target`, which may be the same memory
  /// if that has all the rows.
  @discardableResult
  package func panel(_ source: Panel, channels: Int, into target: Panel) -> Panel {
    switch self {
    case .f32: return source
    case .bf16, .f16:
      Narrowing.rows(
        Floats(source.base), stride: source.stride, channels: channels, columns: Tile.columns,
        into: target.base, targetStride: target.stride, as: self)
    case .int8: Quantizing.panel(source, channels: channels, into: target)
    }
    return target
  }
}

extension Scratch {
  /// Takes as many rows as channels need, be they float32 or in words.
  package mutating func panel(_ channels: Int, or format: NumberFormat) -> Panel {
    panel(max(channels, format.rows(channels)))
  }
}

/// Rows of float32 on their way into a product of pairs of 16 bits. A word holds values of two rows, the first one's in
/// its low half.
enum Narrowing {
  /// Words of bfloat16, rounded to nearest.
  @inline(__always) static func bfloats(_ low: Lanes, _ high: Lanes) -> Lanes {
    let half = SIMD16<UInt32>(repeating: 0x8000)
    let low = (unsafeBitCast(low, to: SIMD16<UInt32>.self) &+ half) &>> 16
    let high = (unsafeBitCast(high, to: SIMD16<UInt32>.self) &+ half) & 0xffff_0000
    return unsafeBitCast(low | high, to: Lanes.self)
  }

  /// Words of half precision, rounded to nearest, ties to even. From 65,520 on a value becomes infinite, and not the
  /// largest that there is: what is made of it shows then that it did not fit.
  @inline(__always) static func halves(_ low: Lanes, _ high: Lanes) -> Lanes {
    Lanes(words: ap_pair_half(low, high))
  }

  /// One word from two values.
  @inline(__always) static func pair(_ low: Float, _ high: Float, as format: NumberFormat) -> Float
  {
    if format == .f16 {
      return Float(
        bitPattern: UInt32(format.narrowed(low)) | UInt32(format.narrowed(high)) &<< 16)
    }
    return Float(
      bitPattern: (low.bitPattern &+ 0x8000) &>> 16 | (high.bitPattern &+ 0x8000) & 0xffff_0000)
  }

  /// Narrows `channels` rows to half as many rows of words; an odd last one is paired with zeros.
  ///
  /// - Parameter columns: a multiple of 16; as many are read and written.
  static func rows(
    _ source: Floats, stride: Int, channels: Int, columns: Int, into target: MutableFloats,
    targetStride: Int, as format: NumberFormat
  ) {
    if format == .f16 {
      rows(source, stride, channels, columns, target, targetStride) { halves($0, $1) }
    } else {
      rows(source, stride, channels, columns, target, targetStride) { bfloats($0, $1) }
    }
  }

  @inline(__always) private static func rows(
    _ source: Floats, _ stride: Int, _ channels: Int, _ columns: Int, _ target: MutableFloats,
    _ targetStride: Int, _ pair: (Lanes, Lanes) -> Lanes
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
