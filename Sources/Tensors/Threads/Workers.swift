import CProcessor
import Glibc

/// Threads that share out numbered jobs, and the memory that each has to itself meanwhile.
///
/// A job's result must not depend on which thread runs it or when: then the same input gives the
/// same bytes for any number of threads.
package final class Workers: Sendable {
  /// How many threads work on a `run`, the calling one included.
  package let threads: Int

  /// One a thread.
  let memories: [ScratchMemory]
  /// Of the thread that calls `run`, to share out among jobs.
  let common = ScratchMemory()
  private let team: WorkerThreads

  /// Starts `threads - 1` threads; the caller of `run` is the last one.
  ///
  /// - Parameter threads: at least 1; nil takes the processors this process may use.
  package init(threads: Int? = nil) {
    let threads = max(1, threads ?? Workers.availableProcessors)
    self.threads = threads
    memories = (0..<threads).map { _ in ScratchMemory() }
    team = WorkerThreads(count: threads)
  }

  deinit { team.stop() }

  /// The processors that this process may run on (`sched_getaffinity`).
  package static var availableProcessors: Int {
    var mask = [UInt64](repeating: 0, count: 128)
    guard sched_getaffinity(0, UInt(mask.count * 8), &mask) >= 0 else { return 1 }
    return mask.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// Calls `job(index)` once for each index of `0..<count`, on all threads; returns when all are done.
  package func run(_ count: Int, _ job: (_ index: Int) -> Void) {
    run(count) { index, _ in job(index) }
  }

  /// Calls `job(index, &scratch)` once for each index of `0..<count`; returns when all are done.
  ///
  /// Not to be called from within a job.
  ///
  /// - Parameter job: gets the memory of the thread that it runs on; all of it is free.
  package func run(_ count: Int, _ job: (_ index: Int, _ scratch: inout Scratch) -> Void) {
    func start(_ index: Int, on worker: Int) {
      memories[worker].settle()
      var scratch = Scratch(memories[worker], worker: worker)
      job(index, &scratch)
    }
    if threads == 1 || count <= 1 {
      for index in 0..<count { start(index, on: 0) }
      return
    }
    withoutActuallyEscaping(start) { team.run(count, $0) }
  }

  /// The results of `count` jobs in the order of their indices.
  package func collect<T>(
    _ count: Int, _ job: (_ index: Int, _ scratch: inout Scratch) -> T
  ) -> [T] {
    [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let results = buffer.baseAddress else { return }
      run(count) { index, scratch in
        (results + index).initialize(to: job(index, &scratch))
      }
      initialized = count
    }
  }

  /// The results of `count` jobs in the order of their indices.
  ///
  /// - Throws: what the first job throws that throws.
  package func map<T>(_ count: Int, _ job: (_ index: Int) throws -> T) throws -> [T] {
    try collect(count) { index, _ in Result { try job(index) } }.map { try $0.get() }
  }

  /// The results of two jobs that run at once, where there are two threads or more; the first one may use these.
  ///
  /// - Throws: what the first of them throws that throws.
  package func both<A, B>(
    _ first: () throws -> A, _ second: () throws -> B
  ) throws -> (A, B) {
    var one: Result<A, any Error>?
    var other: Result<B, any Error>?
    Workers(threads: min(2, threads)).run(2) { index in
      if index == 0 { one = Result { try first() } } else { other = Result { try second() } }
    }
    guard let one, let other else { preconditionFailure("a job did not run") }
    return (try one.get(), try other.get())
  }

  /// Lends blocks to the caller of `run`, for several jobs, while `body` runs. Whoever writes them clears their
  /// margins.
  package func withBlocks<Result>(
    count: Int = 1, channels: Int, columns: Int, _ body: (Blocks) throws -> Result
  ) rethrows -> Result {
    let floats = Blocks.floats(count: count, channels: channels, columns: columns)
    return try common.lend(floats) {
      try body(Blocks(count: count, channels: channels, columns: columns, at: $0))
    }
  }

  /// Lends panels for the tokens of others, as `withBlocks` does blocks. They hold what earlier ones left.
  package func withTokens<Result>(
    channels: Int, like other: TokenPanels, _ body: (TokenPanels) throws -> Result
  ) rethrows -> Result {
    let (groups, tokens) = (other.groups, other.tokens)
    let floats = TokenPanels.floats(channels: channels, groups: groups, tokens: tokens)
    return try common.lend(floats) {
      try body(TokenPanels(channels: channels, groups: groups, tokens: tokens, at: $0))
    }
  }
}
