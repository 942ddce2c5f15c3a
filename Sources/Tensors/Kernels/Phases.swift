/// The phases of rows for a stride of `count`: from a column on, phase r has every `count`-th column, the
/// first of them r columns later.
///
/// A convolution whose kernel is twice its stride is one of two taps over the phases: kernel element
/// count·tap + r of position m reads element m + tap of phase r.
package struct Phases: Sendable {
  /// How many phases a row has: the stride of the convolution.
  package let count: Int

  /// Floats from a phase to the next.
  static let stride = 64

  /// Phases for a stride of `count`.
  package init(count: Int) { self.count = count }

  /// Floats that the phases of `channels` rows take up.
  func floats(channels: Int) -> Int { channels * count * Phases.stride }

  /// Brings kernels `[rows][2 · count]` into the order `[rows][phase][tap]`.
  package func reorder(_ weight: [Float], rows: Int) -> [Float] {
    precondition(weight.count == rows * 2 * count, "weight must be [rows][2 · count]")
    return [Float](unsafeUninitializedCapacity: weight.count) { target, filled in
      for index in 0..<weight.count {
        let (row, position) = index.quotientAndRemainder(dividingBy: 2 * count)
        target[index] = weight[row * 2 * count + position % 2 * count + position / 2]
      }
      filled = weight.count
    }
  }

  /// 64 elements of each phase of all rows, `[channel][phase]`; zeros where a row has no column.
  ///
  /// - Parameter start: the column of phase 0's first element.
  package func split(
    _ rows: BlockRows, channels: Int, from start: Int, _ scratch: inout Scratch
  ) -> Panel {
    let output = scratch.take(floats(channels: channels))
    split(rows, channels: channels, from: start, into: output)
    return Panel(output, stride: Phases.stride)
  }

  /// Writes them, `[channel][phase][64]`.
  func split(
    _ rows: BlockRows, channels: Int, from start: Int, into output: MutableFloats
  ) {
    let whole = start >= 0 && start &+ count &* Phases.stride <= rows.columns
    for channel in 0..<channels {
      let source = rows.row(channel) + start
      let target = output + channel &* count &* Phases.stride
      if whole {
        // With a constant stride the compiler makes it shuffles, which it does not make of `evenHalf`.
        if count == 4 { gather(source, 4, target) } else { gather(source, count, target) }
      } else {
        for index in 0..<count &* Phases.stride {
          let column = start &+ index
          target[index % count &* Phases.stride &+ index / count] =
            column >= 0 && column < rows.columns ? source[index] : 0
        }
      }
    }
  }

  @inline(__always)
  private func gather(_ source: MutableFloats, _ count: Int, _ target: MutableFloats) {
    for index in 0..<Phases.stride {
      for phase in 0..<count {
        target[phase &* Phases.stride &+ index] = source[count &* index &+ phase]
      }
    }
  }
}
