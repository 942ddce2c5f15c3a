import APCore
import TestSupport
import Testing

@Suite struct SampleQueueTests {
  /// In memory, in the file, and across the border between them.
  @Test(arguments: [0, 1, 100, 1_000, 1 << 20])
  func samplesComeOutInTheOrderTheyCameIn(memoryLimit: Int) throws {
    let queue = SampleQueue(memoryLimit: memoryLimit)
    let samples = Sounds.noise(frames: 5_000)
    var random = SplitMix(seed: 1)
    var (given, taken) = (0, 0)
    var block: [Float] = []
    while taken < samples.count {
      let next = min(given + Int.random(in: 0...300, using: &random), samples.count)
      try queue.append(samples.span.extracting(given..<next))
      given = next
      #expect(queue.count == given - taken)
      let count = Int.random(in: 0...queue.count, using: &random)
      try queue.take(count, into: &block)
      #expect(block.elementsEqual(samples[taken..<taken + count]))
      taken += count
    }
    #expect(queue.count == 0)
  }
}
