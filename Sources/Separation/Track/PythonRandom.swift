import Tensors

/// The numbers that Python's `random` module draws after `random.seed(seed)`, with which the reference chooses its
/// shifts.
struct PythonRandom {
  private var twister: MersenneTwister

  /// `random.seed(seed)`.
  init(seed: UInt64) {
    // CPython seeds by the array of the number's 32-bit digits, the lowest first.
    let high = UInt32(truncatingIfNeeded: seed >> 32)
    twister = MersenneTwister(
      key: [UInt32(truncatingIfNeeded: seed)] + (high == 0 ? [] : [high]))
  }

  /// `random.randint(0, maximum)`.
  mutating func integer(upTo maximum: Int) -> Int {
    precondition((0..<Int(UInt32.max)).contains(maximum), "maximum must be in 0..<2^32 - 1")
    let width = UInt32(maximum) + 1
    let bits = UInt32.bitWidth - width.leadingZeroBitCount
    while true {
      let draw = twister.next() >> UInt32(UInt32.bitWidth - bits)
      if draw < width { return Int(draw) }
    }
  }
}
