import Glibc

/// Sounds that are the same in every run.
package enum Sounds {
  /// White noise in −1..<1, interleaved: [frames × channels].
  package static func noise(frames: Int, channels: Int = 1, seed: UInt64 = 1) -> [Float] {
    var generator = SplitMix(seed: seed)
    return (0..<frames * channels).map { _ in
      Float(generator.next() >> 40) / Float(1 << 23) - 1
    }
  }

  /// A tone that rises from 100 Hz to 3 kHz and swells five times a second, within −1...1: [frames].
  package static func sweep(frames: Int, rate: Int = 44_100) -> [Float] {
    (0..<frames).map { frame in
      let time = Double(frame) / Double(rate)
      let rise = 2_900 / max(Double(frames) / Double(rate), 0.1)
      let phase = 2 * Double.pi * (100 * time + rise * time * time / 2)
      return Float(sin(phase) * (0.6 + 0.4 * sin(2 * Double.pi * 5 * time)))
    }
  }

  /// A sine in every channel, interleaved: [frames × channels].
  package static func sine(
    frames: Int, channels: Int = 1, rate: Int = 44_100, frequency: Double = 440,
    amplitude: Double = 0.5
  ) -> [Float] {
    (0..<frames).flatMap { frame in
      let phase = 2 * Double.pi * frequency * Double(frame) / Double(rate)
      return repeatElement(Float(amplitude * sin(phase)), count: channels)
    }
  }
}

/// Steele, Lea and Flood's generator: a few lines, and every seed will do.
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  /// Every seed gives other numbers, in every run the same ones.
  package init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
