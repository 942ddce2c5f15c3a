internal import CProcessor

/// The tile kernel for half precision: sums are halves too, those of a word's low and high values apart, and are
/// widened and added to float32 sums before they are long.
///
/// Of values of 11 bits the sum of 64 products is 61 dB above its error; float32 sums of bfloat16 are at 53 dB. A sum
/// that reaches 65,520 overflows: it becomes NaN, as does what is made of it, so that a network's results show it.
func multiplyHalfTile8x48<P: Product>(
  _ a: Floats, aStride: Int, _ b: TileRows, into c: MutableFloats, accumulate: Bool, _: P.Type
) {
  if !accumulate { c.update(repeating: 0, count: Tile.count) }
  // A part of a tap, or as many whole ones as go together.
  let taps = max(1, HalfSums.words / max(1, b.depth))
  withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.count) { room in
    guard let sums = room.baseAddress else { return }
    var a = a
    for tap in stride(from: 0, to: b.taps, by: taps) {
      for start in stride(from: 0, to: b.depth, by: HalfSums.words) {
        var run = b
        run.origin += start &* b.stride
        run.depth = min(HalfSums.words, b.depth &- start)
        run.offsets = b.offsets.map { $0 + tap }
        run.taps = min(taps, b.taps &- tap)
        multiplyTile8x48(a, aStride: aStride, run, into: sums, accumulate: false, P.self)
        HalfSums.add(sums, to: c)
        a += run.taps &* run.depth &* aStride
      }
    }
  }
}

/// Sums of half precision.
enum HalfSums {
  /// Words that are added before the sums are widened: 64 terms of a sum.
  static let words = 32

  /// Adds both sums of each word to a tile of float32: NaN, if one of them is infinite.
  @inline(__always) fileprivate static func add(_ sums: MutableFloats, to c: MutableFloats) {
    for index in stride(from: 0, to: Tile.count, by: 16) {
      let words = sums.lanes(index).words
      let sum = ap_low_half(words) + ap_high_half(words)
      c.store(c.lanes(index) + sum.adding(sum, times: .zero), index)
    }
  }
}
