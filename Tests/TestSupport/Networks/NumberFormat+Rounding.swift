package import Tensors

extension NumberFormat {
  /// The formats that products are made of, but for int8, whose factors have scales.
  package static let products = [NumberFormat.f32, .f16, .bf16]

  /// The values that take part in a product of this format.
  package func factors(_ values: [Float]) -> [Float] {
    guard self == .bf16 else { return self == .f16 ? values.map { Float(Float16($0)) } : values }
    return values.map { value in
      guard value != 0 else { return value }
      // bfloat16 has 16 bits less than float32.
      let step = value.ulp * 65536
      return (value / step).rounded(.toNearestOrAwayFromZero) * step
    }
  }

  package func factors(_ rows: [[Float]]) -> [[Float]] { rows.map(factors) }

  /// The values of a word; not of int8.
  package func values(ofWord bits: UInt32) -> [Float] {
    switch self {
    case .f32, .int8: [Float(bitPattern: bits)]
    case .bf16: [Float(bitPattern: bits << 16), Float(bitPattern: bits & 0xffff_0000)]
    case .f16:
      [bits & 0xffff, bits >> 16].map { Float(Float16(bitPattern: UInt16($0))) }
    }
  }

  /// How far a layer of several products and norms may be from one that rounds nothing.
  package var tolerance: Double { self == .f32 ? 1e-5 : self == .f16 ? 6e-3 : 3e-2 }

  /// How far a product may be from that of its factors: as far as sums of float32 are, or sums of halves.
  package func bound(float32 bound: Double) -> Double { self == .f16 ? 3e-3 : bound }
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
