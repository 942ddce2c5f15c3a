package import Tensors

extension NumberFormat {
  /// The formats that products are made of.
  package static let products = [NumberFormat.f32, .bf16]

  /// The values that take part in a product of this format.
  package func factors(_ values: [Float]) -> [Float] {
    guard self == .bf16 else { return values }
    return values.map { value in
      guard value != 0 else { return value }
      // bfloat16 has 16 bits less than float32.
      let step = value.ulp * 65536
      return (value / step).rounded(.toNearestOrAwayFromZero) * step
    }
  }

  package func factors(_ rows: [[Float]]) -> [[Float]] { rows.map(factors) }

  /// How far a layer of several products and norms may be from one that rounds nothing.
  package var tolerance: Double { self == .f32 ? 1e-5 : 3e-2 }
}

extension Numerics {
  /// Each way to store weights, with each way to multiply them.
  package static let all = [nil, NumberFormat.f32, .bf16, .f16].flatMap { stored in
    NumberFormat.products.map { Numerics(stored: stored, multiplied: $0) }
  }

  /// How far a layer of several products and norms may be from one that rounds nothing.
  package var tolerance: Double {
    max(multiplied.tolerance, stored == .bf16 ? 3e-2 : stored == .f16 ? 4e-3 : 0)
  }
}
