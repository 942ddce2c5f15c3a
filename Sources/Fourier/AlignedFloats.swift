/// Zeroed floats at an address that `RealTransform` takes.
package final class AlignedFloats {
  /// The first float.
  package let base: UnsafeMutablePointer<Float>

  package init(count: Int) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Float>.stride, alignment: RealTransform.alignment)
    base = bytes.bindMemory(to: Float.self, capacity: count)
    base.initialize(repeating: 0, count: count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
