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
    let whole = start >= 0 && start &+ count &* stride <= rows.columns
    for channel in 0..<channels {
      let row = rows.row(channel)
      let target = output + channel &* count &* stride
      if whole {
        // A plain loop: the compiler makes it the shuffles that it does not make of `evenHalf`.
        let source = row + start
        for index in 0..<stride {
          target[index] = source[4 &* index]
          target[stride &+ index] = source[4 &* index &+ 1]
          target[2 &* stride &+ index] = source[4 &* index &+ 2]
          target[3 &* stride &+ index] = source[4 &* index &+ 3]
        }
      } else {
        for index in 0..<count &* stride {
          let column = start &+ index
          target[index % count &* stride &+ index / count] =
            column >= 0 && column < rows.columns ? row[column] : 0
        }
      }
    }
  }
}
