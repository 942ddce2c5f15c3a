import TestSupport
import Testing

@testable import Tensors

@Suite struct FloatStorageTests {
  /// Around a page, and around one huge page and several: 64 floats are added.
  @Test(arguments: [0, 1, 960, 1024, 1025, 524_223, 524_224, 524_288, 3 << 20])
  func startsOnAPageWithZeros(count: Int) {
    let storage = FloatStorage(count: count)
    #expect(storage.count == count)
    #expect(UInt(bitPattern: storage.base) % 4096 == 0)
    let ends = [0, count / 2, count - 1].filter { (0..<count).contains($0) }
    #expect(ends.allSatisfy { storage.base[$0] == 0 })
    for index in ends { storage.base[index] = 1 }
    #expect(ends.allSatisfy { storage.base[$0] == 1 })
  }

  @Test(arguments: [0, 1, 5000]) func copiesAnArray(count: Int) {
    let values = noise(count, seed: 1)
    let storage = FloatStorage(values)
    #expect(Array(UnsafeBufferPointer(start: storage.base, count: storage.count)) == values)
  }
}
