import Synchronization
package import SystemPackage

/// Memory that the system refuses: beyond a limit of the process (`ulimit -v`, `ulimit -d`), or because none is
/// left. Swift's own allocations would end the process by a signal then.
package enum AvailableMemory {
  private static let handler = Mutex<(@Sendable (FilterError) -> Never)?>(nil)
  /// Given back when memory is refused: telling of it takes some, and other threads go on meanwhile.
  private static let reserve = Mutex<UnsafeMutableRawBufferPointer?>(nil)
  private static let reserveSize = 32 << 20
  /// Left to allocations that are too small to ask for: those that are refused end the process by a signal.
  private static let margin = 16 << 20

  /// Checks that so many bytes can be had, before somebody takes them who could not say that they cannot.
  ///
  /// - Throws: `outOfMemory`.
  package static func require(_ bytes: Int) throws(FilterError) {
    guard Syscalls.canMap(bytes + margin) else { throw error(lacking: bytes) }
  }

  /// Checks that there is memory for a piece of work, before it begins.
  ///
  /// - Parameters:
  ///   - bytes: what it takes, beside what the process has.
  ///   - work: what it is, as the beginning of a sentence.
  ///   - advice: what takes less.
  /// - Throws: `outOfMemory`.
  package static func require(
    _ bytes: Int, for work: String, advice: String
  ) throws(FilterError) {
    let free = Syscalls.availableMemory() ?? .max
    guard bytes > free || !Syscalls.canMap(bytes + margin) else { return }
    let rest = bytes > free ? ", and \(ByteSize(bytes: free)) are left" : ""
    throw FilterError(
      .outOfMemory,
      "There is not enough memory: \(work) takes about \(ByteSize(bytes: bytes))\(rest).",
      advice: advice)
  }

  /// What the process's peak will be once it has taken so many bytes more; nil where the system does not say what it has.
  package static func peak(adding bytes: Int) -> Int? {
    guard let now = Syscalls.residentMemory() else { return nil }
    return max(now + bytes, Syscalls.peakMemory() ?? 0)
  }

  /// Ends the process, since a mapping of so many bytes was refused to somebody who cannot go on without it.
  package static func end(lacking bytes: Int) -> Never {
    end(error(lacking: bytes))
  }

  /// Ends the process, since it cannot go on without a thread that was refused.
  package static func end(withoutThread error: Errno) -> Never {
    end(Self.error(refusing: error))
  }

  /// What the system's refusal of memory or a thread means.
  static func error(refusing error: Errno) -> FilterError {
    FilterError(
      .outOfMemory, "There is not enough memory, or there are too many threads: \(error).",
      advice: "Raise the limit that 'ulimit -a' shows, or use fewer --threads.",
      underlying: error)
  }

  private static func end(_ error: FilterError) -> Never {
    guard let handler = handler.withLock({ $0 }) else { preconditionFailure(error.description) }
    handler(error)
  }

  /// Says how the process ends then.
  package static func whenExhausted(_ handle: @escaping @Sendable (FilterError) -> Never) {
    handler.withLock { $0 = handle }
    reserve.withLock { $0 = Syscalls.map(reserveSize) }
  }

  private static func error(lacking bytes: Int) -> FilterError {
    reserve.withLock { memory in
      memory.map(Syscalls.unmap)
      memory = nil
    }
    return FilterError(
      .outOfMemory, "There is not enough memory: \((bytes >> 20) + 1) MiB more are needed.",
      advice: "Raise the limit that 'ulimit -a' shows, or use a smaller model or shorter windows.")
  }
}
