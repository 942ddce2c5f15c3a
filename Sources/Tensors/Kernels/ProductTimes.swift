/// How long this processor takes for the same products of float32 and of bfloat16.
package struct ProductTimes: Sendable {
  let f32: Duration
  let bf16: Duration

  /// How many times as fast bfloat16 is.
  package var speedOfBF16: Double { f32 / bf16 }

  /// What to multiply. Bfloat16 is less exact, so it must be clearly faster; a busy machine cannot turn the choice
  /// around then, and with it the sound.
  package var faster: NumberFormat { speedOfBF16 >= 1.25 ? .bf16 : .f32 }

  /// Multiplies a few small tiles, which takes less than a millisecond.
  package static func measured() -> ProductTimes {
    // Both matrices lie in the innermost cache.
    let depth = 96
    let a = FloatStorage(count: depth * Tile.rows)
    let b = FloatStorage(count: depth * Tile.columns)
    let c = FloatStorage(count: Tile.count)
    func time(_ format: NumberFormat) -> Duration {
      ContinuousClock().measure {
        for _ in 0..<8 {
          multiplyTile(
            Floats(a.base), panel: Floats(b.base), depth: format.words(depth), precision: format,
            into: c.base)
        }
      }
    }
    // The first are slower than the rest, and any can be interrupted.
    var best = ProductTimes(f32: time(.f32), bf16: time(.bf16))
    for _ in 0..<15 {
      best = ProductTimes(f32: min(best.f32, time(.f32)), bf16: min(best.bf16, time(.bf16)))
    }
    return best
  }
}
