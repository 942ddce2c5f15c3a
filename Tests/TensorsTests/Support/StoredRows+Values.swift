import TestSupport

@testable import Checkpoints
@testable import Tensors

extension NumberFormat {
  /// The values that this format keeps of others.
  func rounded(_ values: [Float]) -> [Float] { values.map { rounded($0) } }
}

extension Numerics {
  /// What takes part in a product of weights.
  func factors(_ weights: [Float]) -> [Float] {
    multiplied.factors((stored ?? .f32).rounded(weights))
  }
}

extension StoredRows {
  /// A matrix [rows, …] as it would stand in a file of float32.
  init(_ values: [Float], rows: Int) {
    let region = ByteRegion(byteCount: values.count * 4) { memory in
      values.withUnsafeBytes { memory.copyMemory(from: $0) }
    }
    self.init(
      WeightTensor(
        type: .float32, shape: [rows, values.count / max(1, rows)], bytes: region.bytes,
        owner: region))
  }
}

extension Linear {
  /// A layer of weights [outputs, inputs] as a file would have them.
  init(
    _ weight: [Float], bias: [Float]? = nil, outputs: Int, activation: Activation = .none,
    numerics: Numerics = .float32, workers: Workers = Workers(threads: 1)
  ) {
    self.init(
      Matrix([StoredRows(weight, rows: outputs)], numerics: numerics, workers: workers),
      bias: bias, activation: activation)
  }
}
