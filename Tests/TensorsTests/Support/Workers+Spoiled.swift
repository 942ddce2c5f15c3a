@testable import Tensors

extension Workers {
  /// Threads in whose memory something else stood before, which must not matter.
  static func spoiled(threads: Int) -> Workers {
    let workers = Workers(threads: threads)
    for memory in workers.memories + [workers.common] { memory.spoil() }
    return workers
  }
}

extension Scratch {
  /// Memory in which something else stood before.
  static func spoiled() -> Scratch {
    let memory = ScratchMemory()
    memory.spoil()
    return Scratch(memory, worker: 0)
  }
}

extension ScratchMemory {
  fileprivate func spoil() {
    let floats = 1 << 18
    // Taken once, there is room for it from then on.
    for _ in 0..<2 {
      settle()
      var scratch = Scratch(self, worker: 0)
      scratch.take(floats).update(repeating: .nan, count: floats)
    }
  }
}
