import Synchronization
import Tensors
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8]) func runsEachJobOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 2, 7, 1000] {
      let calls = (0..<count).map { _ in Counter() }
      pool.run(count) { calls[$0].value.wrappingAdd(1, ordering: .relaxed) }
      #expect(calls.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
    }
  }

  @Test func noTwoJobsShareAWorker() {
    let pool = ThreadPool(threads: 4)
    let busy = (0..<4).map { _ in Counter() }
    let collisions = Counter()
    for _ in 0..<50 {
      pool.run(64) { _, worker in
        if busy[worker].value.wrappingAdd(1, ordering: .relaxed).oldValue != 0 {
          collisions.value.wrappingAdd(1, ordering: .relaxed)
        }
        busy[worker].value.wrappingSubtract(1, ordering: .relaxed)
      }
    }
    #expect(collisions.value.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: [1, 2, 7]) func mapKeepsTheOrder(threads: Int) throws {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 100] {
      #expect(try pool.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
    }
  }

  /// Which job threw must not depend on which was first in time.
  @Test(arguments: [1, 2, 7]) func mapThrowsWhatTheFirstJobThrows(threads: Int) {
    struct Failure: Error, Equatable { let index: Int }
    let pool = ThreadPool(threads: threads)
    #expect(throws: Failure(index: 3)) {
      try pool.map(50) { index in if index % 5 == 3 { throw Failure(index: index) } }
    }
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  @Test(arguments: [1, 2, 3]) func bothGivesTwoResultsAndTheFirstMayUseThePool(threads: Int) throws
  {
    let pool = ThreadPool(threads: threads)
    let (squares, word) = try pool.both({ try pool.map(100) { $0 * $0 } }, { "done" })
    #expect(squares == (0..<100).map { $0 * $0 })
    #expect(word == "done")
    #expect(throws: CancellationError.self) {
      try pool.both({ throw CancellationError() }, { 1 })
    }
    #expect(throws: CancellationError.self) {
      try pool.both({ 1 }, { throw CancellationError() })
    }
  }
}
