/// How long this processor takes for the same products of each format.
package struct ProductTimes: Sendable {
  let f32: Duration
  let f16: Duration
  let bf16: Duration
  let int8: Duration

  /// How many times as fast as float32 a format is.
  package func speed(_ format: NumberFormat) -> Double { f32 / self[format] }

  /// What to multiply. Fewer bits are less exact, so they must be clearly faster; a busy machine cannot turn the choice
  /// around then, and with it the sound.
  ///
  /// - Parameter formats: from the most to the least exact.
  package func fastest(of formats: [NumberFormat]) -> NumberFormat {
    formats.reduce(.f32) { self[$0] / self[$1] >= 1.25 ? $1 : $0 }
  }

  /// The faster one of 16 bits; half precision, which is more exact, unless bfloat16 is clearly faster.
  package var half: NumberFormat { f16 / bf16 >= 1.25 ? .bf16 : .f16 }

  private subscript(_ format: NumberFormat) -> Duration {
    switch format {
    case .f32: f32
    case .f16: f16
    case .bf16: bf16
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
    func time(_ format: NumberFormat, tiles: Int = 8) -> Duration {
      ContinuousClock().measure {
        for _ in 0..<tiles {
          multiplyTile(
            Floats(a.base), panel: Floats(b.base), depth: format.words(depth), precision: format,
            into: c.base)
        }
      }
    }
    func first(_ format: NumberFormat) -> Duration {
      let times = (0..<4).map { _ in time(format, tiles: 1) }
      return (times.min() ?? .zero) * 8
    }
    let start = ProductTimes(
      f32: first(.f32), f16: first(.f16), bf16: first(.bf16), int8: first(.int8))
    // The first are slower than the rest, and any can be interrupted. What is slower by far, since it is taken apart for
    // want of an instruction, would take all of the time.
    return (0..<15).reduce(start) { best, _ in
      func next(_ format: NumberFormat) -> Duration {
        best[format] < best.f32 * 4 ? min(best[format], time(format)) : best[format]
      }
      return ProductTimes(
        f32: next(.f32), f16: next(.f16), bf16: next(.bf16), int8: next(.int8))
    }
  }
}
