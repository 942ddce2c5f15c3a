internal import CProcessor

/// The allocator of this process.
package enum Heap {
  /// Gives blocks of 1 MiB or more back to the system as soon as they are freed.
  ///
  /// By itself the allocator keeps such blocks once it has seen some come and go, also those between others
  /// that nobody uses any more: a filter of windows would take up three for each that it has.
  package static func returnLargeBlocks() {
    mallopt(M_MMAP_THRESHOLD, 1 << 20)
  }
}
