@testable import Tensors

extension Precision {
  static let all = [Precision.f32, .bf16]

  /// The values that take part in a product of this precision.
  func rounded(_ values: [Float]) -> [Float] {
    guard self == .bf16 else { return values }
    return values.map { value in
      guard value != 0 else { return value }
      // bfloat16 has 16 bits less than float32.
      let step = value.ulp * 65536
      return (value / step).rounded(.toNearestOrAwayFromZero) * step
    }
  }

  func rounded(_ rows: [[Float]]) -> [[Float]] { rows.map(rounded) }

  /// How far a layer of several products and norms may be from one that rounds nothing.
  var tolerance: Double { self == .f32 ? 1e-5 : 3e-2 }
}
