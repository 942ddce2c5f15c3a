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

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }
}
