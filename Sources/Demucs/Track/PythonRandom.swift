/// The numbers that Python's `random` module draws after `random.seed(seed)`: the Mersenne Twister
/// MT19937, with which the reference chooses its shifts.
struct PythonRandom {
  private static let size = 624
  private static let shift = 397

  private var state: [UInt32]
  private var index = size

  /// `random.seed(seed)`.
  init(seed: UInt64) {
    // CPython seeds by the array of the number's 32-bit digits, the lowest first.
    let high = UInt32(truncatingIfNeeded: seed >> 32)
    let key = [UInt32(truncatingIfNeeded: seed)] + (high == 0 ? [] : [high])
    state = Self.initialState(19_650_218)
    Self.mix(key, into: &state)
  }

  /// `random.randint(0, maximum)`.
  mutating func integer(upTo maximum: Int) -> Int {
    precondition((0..<Int(UInt32.max)).contains(maximum), "maximum must be in 0..<2^32 - 1")
    let width = UInt32(maximum) + 1
    let bits = UInt32.bitWidth - width.leadingZeroBitCount
    while true {
      let draw = next() >> UInt32(UInt32.bitWidth - bits)
      if draw < width { return Int(draw) }
    }
  }

  /// `init_genrand` of the twister's authors.
  private static func initialState(_ seed: UInt32) -> [UInt32] {
    var state = [seed]
    for position in 1..<size {
      let last = state[position - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(position))
    }
    return state
  }

  /// `init_by_array` of the twister's authors.
  private static func mix(_ key: [UInt32], into state: inout [UInt32]) {
    var position = 1
    func advance(_ state: inout [UInt32]) {
      position += 1
      if position == size {
        state[0] = state[size - 1]
        position = 1
      }
    }
    for step in 0..<max(size, key.count) {
      let last = state[position - 1]
      state[position] =
        (state[position] ^ (last ^ last >> 30) &* 1_664_525)
        &+ key[step % key.count] &+ UInt32(step % key.count)
      advance(&state)
    }
    for _ in 0..<size - 1 {
      let last = state[position - 1]
      state[position] =
        (state[position] ^ (last ^ last >> 30) &* 1_566_083_941) &- UInt32(position)
      advance(&state)
    }
    state[0] = 0x8000_0000
  }

  /// `genrand_int32`.
  private mutating func next() -> UInt32 {
    if index == Self.size { twist() }
    var word = state[index]
    index += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9d2c_5680
    word ^= word << 15 & 0xefc6_0000
    return word ^ word >> 18
  }

  private mutating func twist() {
    for position in 0..<Self.size {
      let joined =
        state[position] & 0x8000_0000 | state[(position + 1) % Self.size] & 0x7fff_ffff
      state[position] =
        state[(position + Self.shift) % Self.size] ^ joined >> 1
        ^ (joined & 1 == 0 ? 0 : 0x9908_b0df)
    }
    index = 0
  }
}
