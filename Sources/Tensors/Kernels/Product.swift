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
    ap_dot_bf16(
      sums, SIMD16(repeating: Int32(bitPattern: a.bitPattern)),
      unsafeBitCast(b, to: SIMD16<Int32>.self))
  }
}

/// Words are pairs of bfloat16 values, multiplied as float32 values.
enum WidenedPairProduct: Product {
  @inline(__always) static func add(_ a: Float, _ b: Lanes, to sums: Lanes) -> Lanes {
    ap_dot_widened_bf16(
      sums, SIMD16(repeating: Int32(bitPattern: a.bitPattern)),
      unsafeBitCast(b, to: SIMD16<Int32>.self))
  }
}
