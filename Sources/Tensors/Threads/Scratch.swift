/// Memory that a job has to itself, taken like a stack: what a callee takes from its copy is free again when it
/// returns.
///
/// What earlier jobs left is still in it. A thread's memory grows while the first jobs of a kind run, which is a dry
/// run for all later ones, and then never again: nobody sums up sizes.
package struct Scratch: Sendable {
  /// The number of the thread that runs the job, below the number of threads.
  package let worker: Int
  private let memory: ScratchMemory
  private var used = 0

  init(_ memory: ScratchMemory, worker: Int) {
    self.worker = worker
    self.memory = memory
  }

  /// Takes floats, from a cache line on.
  package mutating func take(_ floats: Int) -> MutableFloats {
    let start = used
    used = start &+ ScratchMemory.wholeLines(floats)
    return memory.floats(start..<used)
  }

  /// Takes rows of 48 columns, without clearing them.
  package mutating func panel(_ rows: Int) -> Panel { Panel(take(rows &* Tile.columns)) }

  /// Takes rows whose margins are not cleared.
  package mutating func rows(_ channels: Int, columns: Int) -> BlockRows {
    let floats = Blocks.floats(count: 1, channels: channels, columns: columns)
    return BlockRows(
      base: take(floats) + Blocks.margin, stride: Blocks.stride(columns: columns), columns: columns)
  }
}

/// The memory behind a `Scratch`.
///
/// `@unchecked`: only one thread uses it at a time.
final class ScratchMemory: @unchecked Sendable {
  private var storage = FloatStorage(count: 0)
  /// What was taken beyond the storage, by its place: until the next job, for which the storage grows.
  private var beyond: [Int: FloatStorage] = [:]
  private var largest = 0
  private var lent = 0

  static func wholeLines(_ floats: Int) -> Int { (floats &+ 15) & ~15 }

  /// Makes room for as much as was ever taken. To be called while nothing is taken.
  @inline(__always) func settle() {
    if !beyond.isEmpty { grow() }
  }

  private func grow() {
    beyond = [:]
    storage = FloatStorage(count: largest)
  }

  @inline(__always) func floats(_ range: Range<Int>) -> MutableFloats {
    range.upperBound <= storage.count ? storage.base + range.lowerBound : floatsBeyond(range)
  }

  /// Whoever takes from the same place again has given back what was there.
  private func floatsBeyond(_ range: Range<Int>) -> MutableFloats {
    largest = max(largest, range.upperBound)
    if let room = beyond[range.lowerBound], room.count >= range.count { return room.base }
    let room = FloatStorage(count: range.count)
    beyond[range.lowerBound] = room
    return room.base
  }

  /// Lends floats while `body` runs, which may borrow more.
  func lend<Result>(
    _ floats: Int, _ body: (MutableFloats) throws -> Result
  ) rethrows -> Result {
    if lent == 0 { settle() }
    let start = lent
    lent += ScratchMemory.wholeLines(floats)
    defer { lent = start }
    return try body(self.floats(start..<lent))
  }
}
