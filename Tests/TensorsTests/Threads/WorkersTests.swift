import Synchronization
import Tensors
import Testing

@Suite struct WorkersTests {
  @Test(arguments: [1, 2, 3, 8]) func runsEachJobOnce(threads: Int) {
    let workers = Workers(threads: threads)
    for count in [0, 1, 2, 7, 1000] {
      let calls = (0..<count).map { _ in Counter() }
      workers.run(count) { calls[$0].value.wrappingAdd(1, ordering: .relaxed) }
      #expect(calls.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
    }
  }

  @Test func noTwoJobsShareAWorker() {
    let workers = Workers(threads: 4)
    let busy = (0..<4).map { _ in Counter() }
    let collisions = Counter()
    for _ in 0..<50 {
      workers.run(64) { _, scratch in
        if busy[scratch.worker].value.wrappingAdd(1, ordering: .relaxed).oldValue != 0 {
          collisions.value.wrappingAdd(1, ordering: .relaxed)
        }
        busy[scratch.worker].value.wrappingSubtract(1, ordering: .relaxed)
      }
    }
    #expect(collisions.value.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: [1, 2, 7]) func mapKeepsTheOrder(threads: Int) throws {
    let workers = Workers(threads: threads)
    for count in [0, 1, 100] {
      #expect(try workers.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
    }
  }

  /// Which job threw must not depend on which was first in time.
  @Test(arguments: [1, 2, 7]) func mapThrowsWhatTheFirstJobThrows(threads: Int) {
    struct Failure: Error, Equatable { let index: Int }
    let workers = Workers(threads: threads)
    #expect(throws: Failure(index: 3)) {
      try workers.map(50) { index in if index % 5 == 3 { throw Failure(index: index) } }
    }
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  @Test(arguments: [1, 2, 3]) func bothGivesTwoResultsAndTheFirstMayUseThePool(threads: Int) throws
  {
    let workers = Workers(threads: threads)
    let (squares, word) = try workers.both({ try workers.map(100) { $0 * $0 } }, { "done" })
    #expect(squares == (0..<100).map { $0 * $0 })
    #expect(word == "done")
    #expect(throws: CancellationError.self) {
      try workers.both({ throw CancellationError() }, { 1 })
    }
    #expect(throws: CancellationError.self) {
      try workers.both({ 1 }, { throw CancellationError() })
    }
  }
}
