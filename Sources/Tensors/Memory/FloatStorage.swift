import APCore
import Glibc

/// Zeroed floats that start on a page: weights, activations and scratch memory.
///
/// Large ones start on a huge page and ask for more of them, since kernels walk many rows at once, each on a
/// page of its own, and since a network's first run would take a fault for each small one.
package final class FloatStorage: @unchecked Sendable {
  /// The number of floats.
  package let count: Int
  /// The first float.
  package let base: MutableFloats

  private let bytes: Int

  private static let page = 4096
  private static let hugePage = 2 << 20

  /// Maps `count` zeros; memory is taken as it is first written.
  ///
  /// Ends the process with a sentence if the system refuses: sizes come from a checked configuration, and the
  /// process's limits are its user's.
  package init(count: Int) {
    precondition(count >= 0, "count must not be negative")
    self.count = count
    // Kernels read whole panels, also where a row's last one has fewer columns.
    let slack = 64
    let bytes = FloatStorage.roundedUp(
      (count + slack) * MemoryLayout<Float>.stride, to: FloatStorage.page)
    self.bytes = bytes
    let address =
      bytes < FloatStorage.hugePage ? FloatStorage.map(bytes) : FloatStorage.mapHuge(bytes)
    base = address.bindMemory(to: Float.self, capacity: max(1, count))
  }

  deinit { munmap(base, bytes) }

  /// Fills from an array that fits.
  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    values.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      base.update(from: start, count: values.count)
    }
  }

  private static func map(_ bytes: Int) -> UnsafeMutableRawPointer {
    guard
      let address = mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      address != MAP_FAILED
    else { AvailableMemory.end(lacking: bytes) }
    return address
  }

  /// Only what huge pages fill completely is asked for in them: the rest would take up memory for nothing.
  private static func mapHuge(_ bytes: Int) -> UnsafeMutableRawPointer {
    let mapped = map(bytes + hugePage)
    let skipped = roundedUp(Int(bitPattern: mapped), to: hugePage) - Int(bitPattern: mapped)
    let address = mapped + skipped
    if skipped > 0 { munmap(mapped, skipped) }
    if skipped < hugePage { munmap(address + bytes, hugePage - skipped) }
    madvise(address, bytes / hugePage * hugePage, MADV_HUGEPAGE)
    return address
  }

  private static func roundedUp(_ value: Int, to unit: Int) -> Int {
    (value + unit - 1) / unit * unit
  }
}
