import Checkpoints
import Tensors

/// Shifts, scales and gates by the time, with the RMSNorms' factors folded into the scales (adaLN-single).
///
/// Source: Chen and others, PixArt-α (2023).
struct Modulation {
  let epsilon: Float

  /// What is added to the time's rows, [rows, D].
  private let table: [Float]
  /// The factors of each norm, [D].
  private let norms: [[Float]]
  private let width: Int

  /// - Parameters:
  ///   - table: its name.
  ///   - rows: of the table, as many for each norm: shift, scale, and perhaps a gate.
  ///   - norms: their names.
  init(
    _ weights: Weights, table name: String, rows: Int, norms names: [String],
    config: TransformerConfig
  ) throws {
    width = config.dim
    epsilon = Float(config.normEps)
    norms = try names.map { try weights[$0].floats("weight", shape: [config.dim]) }
    table = try weights.floats(name, shape: [rows, config.dim])
  }

  /// Writes the rows of a time into memory of at least [6, D].
  ///
  /// - Parameter time: [rows, D], or [D] for all rows.
  /// - Returns: each row; scales are the factors of normalised values.
  func callAsFunction(_ time: [Float], into memory: FloatStorage) -> [Floats] {
    let count = table.count / width
    let rowsOfNorm = count / norms.count
    return (0..<count).map { row in
      let target = memory.base + row * width
      for channel in 0..<width {
        let index = row * width + channel
        let sum = table[index] + time[time.count == width ? channel : index]
        target[channel] =
          row % rowsOfNorm == 1 ? norms[row / rowsOfNorm][channel] * (1 + sum) : sum
      }
      return Floats(target)
    }
  }
}
