/// A thread that works on blocks of bytes, in their order, while who filled them uses them or fills the next ones.
package final class BlockWorker {
  private let ring: Ring
  private let work: BackgroundWork
  private var isFinished = false

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - bytes: how many a block has room for.
  ///   - take: gets what a block was filled with, on the thread.
  /// - Throws: `io` where the system has no thread left.
  package init(
    bytes: Int, _ take: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
  ) throws(FilterError) {
    let ring = Ring(bytes: bytes)
    self.ring = ring
    work = try BackgroundWork { ring.drain(take) }
  }

  deinit { finish() }

  /// The block to fill next.
  package func next() -> UnsafeMutableRawBufferPointer { ring.next() }

  /// Lets the thread have the block that `next()` gave. It stays as it is until `next()` has been called again, as
  /// often as there are other blocks.
  ///
  /// - Parameter count: the bytes that it was filled with, at least one.
  package func handOver(_ count: Int) { ring.handOver(count) }

  /// Returns when the thread has taken all blocks. No block may be filled afterwards.
  package func finish() {
    guard !isFinished else { return }
    isFinished = true
    ring.end()
    work.wait()
  }
}

/// Blocks that two threads take turns with.
///
/// `@unchecked`: by the semaphores, a block is filled by one thread, and then only read until it is free.
private final class Ring: @unchecked Sendable {
  private static let count = 3
  private let blocks: [UnsafeMutableRawBufferPointer]
  /// How many bytes of a block count; none at the end. Not an array, which is written and read as one.
  private let counts = UnsafeMutablePointer<Int>.allocate(capacity: Ring.count)
  private var position = 0
  private let free = Semaphore(Ring.count)
  private let filled = Semaphore(0)

  init(bytes: Int) {
    blocks = (0..<Ring.count).map { _ in .allocate(byteCount: bytes, alignment: 64) }
    counts.initialize(repeating: 0, count: Ring.count)
  }

  deinit {
    for block in blocks { block.deallocate() }
    counts.deallocate()
  }

  func next() -> UnsafeMutableRawBufferPointer {
    free.wait()
    return blocks[position]
  }

  func handOver(_ count: Int) {
    precondition(count > 0, "a block without bytes is the end")
    hand(over: count)
  }

  func end() {
    free.wait()
    hand(over: 0)
  }

  private func hand(over count: Int) {
    counts[position] = count
    position = (position + 1) % Ring.count
    filled.signal()
  }

  func drain(_ take: (UnsafeRawBufferPointer) -> Void) {
    var index = 0
    while true {
      filled.wait()
      guard counts[index] > 0 else { return }
      take(UnsafeRawBufferPointer(rebasing: blocks[index][..<counts[index]]))
      index = (index + 1) % Ring.count
      free.signal()
    }
  }
}
