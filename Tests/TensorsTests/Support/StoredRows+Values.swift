@testable import Checkpoints
@testable import Tensors

extension WeightFormat {
  /// The values that this format keeps of others.
  func rounded(_ values: [Float]) -> [Float] {
    guard self != .f32 else { return values }
    return values.map { value in
      let bits = narrowed(value)
      return self == .f16
        ? Float(Float16(bitPattern: bits)) : Float(bitPattern: UInt32(bits) << 16)
    }
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

extension TokenLinear {
  /// A layer of weights [outputs, inputs] kept in a format.
  init(
    _ weight: [Float], bias: [Float]? = nil, outputs: Int, format: WeightFormat = .f32,
    workers: Workers = Workers(threads: 1)
  ) {
    self.init(
      StreamedMatrix(StoredRows(weight, rows: outputs), format: format, workers: workers),
      bias: bias)
  }
}
