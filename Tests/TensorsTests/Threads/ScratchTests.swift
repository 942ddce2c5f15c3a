import Testing

@testable import Tensors

@Suite struct ScratchTests {
  @Test(arguments: [1, 2, 4]) func threadsDoNotShareIt(threads: Int) {
    let workers = Workers(threads: threads)
    for floats in [1, 15, 16, 17, 5000, 3, 5000] {
      workers.run(200) { index, scratch in
        let memory = [scratch.take(floats), scratch.take(1), scratch.take(floats)]
        memory[0].update(repeating: Float(index), count: floats)
        memory[1].pointee = -1
        memory[2].update(repeating: Float(index), count: floats)
        #expect(memory.allSatisfy { UInt(bitPattern: $0) % 64 == 0 })
        #expect((0..<floats).allSatisfy { memory[0][$0] == Float(index) })
        #expect((0..<floats).allSatisfy { memory[2][$0] == Float(index) })
      }
    }
  }

  @Test func aCalleeGivesBackWhatItTook() {
    var scratch = Scratch.spoiled()
    let own = scratch.take(40)
    func callee(_ scratch: Scratch) -> MutableFloats {
      var scratch = scratch
      return scratch.take(70)
    }
    let (first, second) = (callee(scratch), callee(scratch))
    #expect(first == second)
    #expect(first - own == 48)
  }

  /// The first job of a size is the dry run of the others.
  @Test(arguments: [1, 1000, 1 << 20]) func itGrowsOnce(floats: Int) {
    let workers = Workers(threads: 1)
    func places() -> [MutableFloats] {
      var places: [MutableFloats] = []
      workers.run(1) { _, scratch in
        places = [scratch.take(floats), scratch.take(16), scratch.take(floats)]
      }
      return places
    }
    _ = places()
    let second = places()
    #expect(second == places())
    #expect(second[1] - second[0] == ScratchMemory.wholeLines(floats))
    #expect(second[2] - second[1] == 16)
  }

  @Test func lentBlocksDoNotOverlapAndComeBack() {
    let workers = Workers(threads: 2)
    for _ in 0..<3 {
      workers.withBlocks(channels: 3, columns: 100) { outer in
        outer.row(0, 2)[99] = 7
        workers.withBlocks(count: 2, channels: 5, columns: 50) { inner in
          for block in 0..<2 {
            inner.rows(block).clearMargins(rows: 5)
            for channel in 0..<5 {
              inner.row(block, channel).update(repeating: 1, count: 50)
            }
          }
        }
        #expect(outer.row(0, 2)[99] == 7)
      }
    }
  }
}
