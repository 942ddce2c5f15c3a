import APCore
import TestSupport
import Testing

@Suite struct BlockWorkerTests {
  /// Fewer blocks than there are places, as many, and more.
  @Test(arguments: [0, 1, 3, 4, 1_000])
  func blocksAreTakenInOrder(count: Int) throws {
    nonisolated(unsafe) var taken: [UInt8] = []
    let worker = try BlockWorker(bytes: 100) { taken += $0 }
    var expected: [UInt8] = []
    for number in 0..<count {
      let bytes = [UInt8](repeating: UInt8(number % 251), count: 1 + number % 100)
      let block = worker.next()
      #expect(block.count == 100)
      block.copyBytes(from: bytes)
      worker.handOver(bytes.count)
      // It is still there.
      #expect(block.prefix(bytes.count).elementsEqual(bytes))
      expected += bytes
    }
    worker.finish()
    worker.finish()
    #expect(taken == expected)
  }

  @Test func whoIsLeftWithoutABlockWaitsForOne() throws {
    nonisolated(unsafe) var taken = 0
    let gate = Semaphore(0)
    let worker = try BlockWorker(bytes: 1) { _ in
      gate.wait()
      taken += 1
    }
    for _ in 0..<3 {
      worker.next()[0] = 1
      worker.handOver(1)
    }
    gate.signal()
    // Free only once the first has been taken.
    _ = worker.next()
    worker.handOver(1)
    for _ in 0..<3 { gate.signal() }
    worker.finish()
    #expect(taken == 4)
  }
}
