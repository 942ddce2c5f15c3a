/// How long this processor takes for the same products of each format.
package struct ProductTimes: Sendable {
  let f32: Duration
  let bf16: Duration
  let int8: Duration

  /// How many times as fast as float32 a format is.
  package func speed(_ format: NumberFormat) -> Double { f32 / time(format) }

  /// What to multiply. Fewer bits are less exact, so they must be clearly faster; a busy machine cannot turn the choice
  /// around then, and with it the sound.
  ///
  /// - Parameter formats: from the most to the least exact.
  package func fastest(of formats: [NumberFormat]) -> NumberFormat {
    formats.reduce(.f32) { time($0) / time($1) >= 1.25 ? $1 : $0 }
  }

  private func time(_ format: NumberFormat) -> Duration {
    switch format {
    case .f32: f32
    case .bf16, .f16: bf16
    case .int8: int8
    }
  }

  /// Multiplies a few small tiles, which takes about a millisecond.
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
    func times() -> ProductTimes {
      ProductTimes(f32: time(.f32), bf16: time(.bf16), int8: time(.int8))
    }
    // The first are slower than the rest, and any can be interrupted.
    return (0..<15).reduce(times()) { best, _ in
      let next = times()
      return ProductTimes(
        f32: min(best.f32, next.f32), bf16: min(best.bf16, next.bf16),
        int8: min(best.int8, next.int8))
    }
  }
}
