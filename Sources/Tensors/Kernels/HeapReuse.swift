internal import CProcessor

/// Does what needs many large arrays for a short time, such as packing a network's weights.
///
/// By itself the allocator takes memory for each of them from the system and gives it back: a fault for every page
/// of each array, which takes longer than the packing. Here arrays follow each other in the same memory.
package func reusingHeap<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  mallopt(M_MMAP_THRESHOLD, 32 << 20)
  mallopt(M_TRIM_THRESHOLD, 256 << 20)
  defer {
    // As they are when a process begins.
    mallopt(M_MMAP_THRESHOLD, 128 << 10)
    mallopt(M_TRIM_THRESHOLD, 128 << 10)
    malloc_trim(0)
  }
  return try body()
}
