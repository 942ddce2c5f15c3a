/// The generator MT19937, from which both Python and PyTorch draw.
///
/// Source: Matsumoto and Nishimura, Mersenne Twister (1998).
package struct MersenneTwister: Sendable {
  private static let size = 624
  private static let shift = 397

  private var state: [UInt32]
  private var index = size

  /// `init_genrand` of the twister's authors.
  package init(seed: UInt32) {
    state = [seed]
    for position in 1..<Self.size {
      let last = state[position - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(position))
    }
  }

  /// `init_by_array` of the twister's authors.
  package init(key: [UInt32]) {
    precondition(!key.isEmpty, "key must not be empty")
    self.init(seed: 19_650_218)
    mix(key)
  }

  /// `genrand_int32`.
  package mutating func next() -> UInt32 {
    if index == Self.size { twist() }
    var word = state[index]
    index += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9d2c_5680
    word ^= word << 15 & 0xefc6_0000
    return word ^ word >> 18
  }

  private mutating func mix(_ key: [UInt32]) {
    var position = 1
    func advance(_ state: inout [UInt32]) {
      position += 1
      if position == Self.size {
        state[0] = state[Self.size - 1]
        position = 1
      }
    }
    for step in 0..<max(Self.size, key.count) {
      let last = state[position - 1]
      state[position] =
        (state[position] ^ (last ^ last >> 30) &* 1_664_525)
        &+ key[step % key.count] &+ UInt32(step % key.count)
      advance(&state)
    }
    for _ in 0..<Self.size - 1 {
      let last = state[position - 1]
      state[position] =
        (state[position] ^ (last ^ last >> 30) &* 1_566_083_941) &- UInt32(position)
      advance(&state)
    }
    state[0] = 0x8000_0000
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
