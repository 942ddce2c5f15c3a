/// Memory that each thread of a pool has to itself during a job.
public struct Scratch: Sendable {
  private let storage: FloatStorage
  private let stride: Int

  /// - Parameter floats: how many each thread gets.
  public init(threads: Int, floats: Int) {
    // An odd number of cache lines, so that threads do not share any.
    stride = ((floats + 15) / 16 | 1) * 16
    storage = FloatStorage(count: threads * stride)
  }

  /// The memory of a worker; what an earlier job left is still in it.
  @inline(__always) public subscript(worker: Int) -> MutableFloats {
    storage.base + worker &* stride
  }
}
