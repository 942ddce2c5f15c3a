internal import CProcessor

/// What a tile kernel does with a word of each matrix.
protocol Product {
  /// `sums + a · b` in each lane.
  static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes
}

/// Words are float32 values.
enum FloatProduct: Product {
  @inline(__always) static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes {
    sums.adding(Lanes(repeating: a), times: b)
  }
}

/// Words are pairs of bfloat16 values: each adds two products, in one instruction (`Processor.hasBF16`).
enum PairProduct: Product {
  @inline(__always) static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes {
    ap_dot_bf16(sums, a.words, b.words)
  }
}

/// Words are pairs of bfloat16 values, multiplied as float32 values.
enum WidenedPairProduct: Product {
  @inline(__always) static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes {
    ap_dot_widened_bf16(sums, a.words, b.words)
  }
}

/// Words are pairs of halves, and so are the sums, which stand in the lanes as they are (`multiplyHalfTile8x48`): each
/// adds a product to either, in one instruction (`Processor.hasFP16`).
enum HalfProduct: Product {
  @inline(__always) static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes {
    Lanes(words: ap_multiply_add_half(sums.words, a.words, b.words))
  }
}

/// The same sums of halves, to the bit, which are taken apart.
enum WidenedHalfProduct: Product {
  @inline(__always) static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes {
    Lanes(words: ap_multiply_add_widened_half(sums.words, a.words, b.words))
  }
}

/// Words are four bytes, those of `b` unsigned, and sums are whole numbers of 32 bits, which stand in the lanes as they
/// are: each adds four products, in one instruction (`Processor.hasVNNI`).
enum ByteProduct: Product {
  @inline(__always) static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes {
    Lanes(words: ap_dot_bytes(sums.words, b.words, a.words))
  }
}

/// The same sums of bytes, which are taken apart.
enum WidenedByteProduct: Product {
  @inline(__always) static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes {
    Lanes(words: ap_dot_widened_bytes(sums.words, b.words, a.words))
  }
}

extension Float {
  /// Its bits in each lane.
  @inline(__always) var words: SIMD16<Int32> {
    SIMD16(repeating: Int32(bitPattern: bitPattern))
  }
}

extension SIMD16<Float> {
  /// The bits of each lane.
  @inline(__always) var words: SIMD16<Int32> {
    unsafeBitCast(self, to: SIMD16<Int32>.self)
  }

  @inline(__always) init(words: SIMD16<Int32>) {
    self = unsafeBitCast(words, to: Self.self)
  }
}
