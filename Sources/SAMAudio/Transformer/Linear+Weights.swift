import Checkpoints
import Tensors

extension Linear {
  /// - Parameter weights: where `weight` [outputs, inputs] is, and `bias` [outputs] if there is one.
  init(
    _ weights: Weights, inputs: Int, outputs: Int, hasBias: Bool = false, numerics: Numerics,
    workers: Workers
  ) throws {
    try self.init(
      weights.rows("weight", shape: [outputs, inputs]),
      bias: hasBias ? weights.floats("bias", shape: [outputs]) : nil, numerics: numerics,
      workers: workers)
  }

  /// What it makes of [rows, inputs]: [rows, outputs].
  func callAsFunction(rows: [Float], workers: Workers) -> [Float] {
    let count = rows.count / inputs
    let input = TokenPanels(channels: inputs, groups: 1, tokens: count)
    let output = TokenPanels(channels: outputs, groups: 1, tokens: count)
    input.copy(tokens: rows, workers: workers)
    self(input, into: output, workers: workers)
    return output.tokenMajor(workers: workers)
  }
}
