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

  @Test(arguments: [0, 100, 150, 1_000])
  func theNewestCanBeTakenBack(memoryLimit: Int) throws {
    for count in [0, 1, 60, 100, 150, 200] {
      let queue = SampleQueue(memoryLimit: memoryLimit)
      let samples = Sounds.noise(frames: 200)
      try queue.append(samples.span.extracting(0..<100))
      try queue.append(samples.span.extracting(100..<200))
      queue.removeLast(count)
      try queue.append(samples.span.extracting(0..<50))
      #expect(try queue.take(250 - count) == Array(samples[..<(200 - count)] + samples[..<50]))
    }
  }
}
