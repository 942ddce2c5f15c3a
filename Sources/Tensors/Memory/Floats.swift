/// The vector that kernels are written in: one AVX-512 register, two of AVX2.
package typealias Lanes = SIMD16<Float>

/// Floats that a kernel reads.
package typealias Floats = UnsafePointer<Float>

/// Floats that a kernel writes.
package typealias MutableFloats = UnsafeMutablePointer<Float>

extension UnsafePointer<Float> {
  /// 16 floats from `index` on.
  @inline(__always) func lanes(_ index: Int) -> Lanes {
    UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self)
  }
}

extension UnsafeMutablePointer<Float> {
  /// 16 floats from `index` on.
  @inline(__always) func lanes(_ index: Int) -> Lanes {
    UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self)
  }

  /// Writes 16 floats from `index` on.
  @inline(__always) func store(_ value: Lanes, _ index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: Lanes.self)
  }
}
