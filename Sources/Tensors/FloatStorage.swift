import Glibc

/// Zeroed floats that start on a page: weights, activations and scratch memory.
///
/// Large ones ask for huge pages, since kernels walk many rows at once, each on a page of its own.
public final class FloatStorage: @unchecked Sendable {
  /// The number of floats.
  public let count: Int
  /// The first float.
  public let base: MutableFloats

  private let bytes: Int

  /// Maps `count` zeros; memory is taken as it is first written.
  ///
  /// Traps if the address space is exhausted: sizes come from a checked configuration, and Linux
  /// refuses a mapping only when nothing is left.
  public init(count: Int) {
    precondition(count >= 0, "count must not be negative")
    self.count = count
    let page = 4096
    // Kernels read whole panels, also where a row's last one has fewer columns.
    let slack = 64
    bytes = ((count + slack) * MemoryLayout<Float>.stride + page - 1) / page * page
    guard
      let address = mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      address != MAP_FAILED
    else { preconditionFailure("no memory for \(bytes) bytes") }
    if bytes >= 8 << 20 { madvise(address, bytes, MADV_HUGEPAGE) }
    base = address.bindMemory(to: Float.self, capacity: max(1, count))
  }

  deinit { munmap(base, bytes) }

  /// Fills from an array that fits.
  public convenience init(_ values: [Float]) {
    self.init(count: values.count)
    values.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      base.update(from: start, count: values.count)
    }
  }
}
