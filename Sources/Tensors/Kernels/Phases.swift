/// The four phases of rows: phase r of position m is column 4·m + r − 2.
///
/// A convolution of kernel 8, stride 4 and padding 2 is one of two taps over the phases: kernel element
/// 4·tap + r reads phase r of position m + tap.
public enum Phases {
  /// How many phases a row has: the stride of the convolution.
  public static let count = 4
  /// Floats from a phase to the next.
  public static let stride = 64
  private static let padding = 2

  /// Floats that the phases of `channels` rows take up.
  public static func floats(channels: Int) -> Int { channels * count * stride }

  /// Brings kernels `[rows][8]` into the order `[rows][phase][tap]`.
  public static func reorder(_ weight: [Float], rows: Int) -> [Float] {
    (0..<rows).flatMap { row in
      (0..<count).flatMap { phase in
        (0..<2).map { tap in weight[(row * 2 + tap) * count + phase] }
      }
    }
  }

  /// Writes the phases of positions `position ..< position + 64` of all rows: `[channel][phase][64]`.
  public static func split(
    _ rows: BlockRows, channels: Int, position: Int, into output: MutableFloats
  ) {
    let start = position &* count &- padding
    for channel in 0..<channels {
      let row = rows.row(channel)
      let target = output + channel &* count &* stride
      for part in 0..<stride / 16 {
        let column = start &+ part &* 64
        let values =
          column &+ 64 <= rows.columns
          ? UnsafeRawPointer(row + column).loadUnaligned(as: SIMD64<Float>.self)
          : last(row, from: column, columns: rows.columns)
        target.store(values.evenHalf.evenHalf, part &* 16)
        target.store(values.oddHalf.evenHalf, stride &+ part &* 16)
        target.store(values.evenHalf.oddHalf, 2 &* stride &+ part &* 16)
        target.store(values.oddHalf.oddHalf, 3 &* stride &+ part &* 16)
      }
    }
  }

  /// The columns that exist from `start` on, then zeros.
  private static func last(_ row: MutableFloats, from start: Int, columns: Int) -> SIMD64<Float> {
    var values = SIMD64<Float>.zero
    for lane in 0..<min(64, max(0, columns &- start)) { values[lane] = row[start &+ lane] }
    return values
  }
}
