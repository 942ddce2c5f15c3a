internal import SystemPackage

/// Samples that wait in their order: in memory while they are few, else in a file without a name.
package final class SampleQueue {
  private let memoryLimit: Int
  private let advice: String
  /// The oldest samples, from `head` on.
  private var memory: [Float] = []
  private var head = 0
  /// What came after them.
  private var file: FileDescriptor?
  private var fileRange: Range<Int> = 0..<0

  /// - Parameters:
  ///   - memoryLimit: the most samples that wait in memory; without a value, three seconds of stereo.
  ///   - advice: what to do where the file has no room.
  package init(
    memoryLimit: Int = 1 << 18, advice: String = "Give --temp-dir a folder with room."
  ) {
    self.memoryLimit = memoryLimit
    self.advice = advice
  }

  deinit {
    // Its content is not wanted any more.
    try? file?.close()
  }

  /// How many wait.
  package var count: Int { memory.count - head + fileRange.count }

  /// Puts samples after those that wait.
  ///
  /// - Throws: `io`; `cannotCreate` where there is no room for a temporary file.
  package func append(_ samples: Span<Float>) throws(FilterError) {
    guard fileRange.isEmpty, memory.count - head + samples.count <= memoryLimit else {
      return try spool(samples)
    }
    samples.withUnsafeBufferPointer { memory.append(contentsOf: $0) }
  }

  /// Takes the oldest ones, of which there must be so many, in place of what `block` held.
  ///
  /// - Throws: `io`.
  package func take(_ count: Int, into block: inout [Float]) throws(FilterError) {
    precondition(count <= self.count, "so many samples must wait")
    let inMemory = min(count, memory.count - head)
    block.removeAll(keepingCapacity: true)
    block.append(contentsOf: memory[head..<head + inMemory])
    head += inMemory
    if head > memory.count / 2 {
      memory.removeFirst(head)
      head = 0
    }
    if inMemory < count { try unspool(count - inMemory, into: &block) }
  }

  /// Takes the oldest ones, of which there must be so many.
  ///
  /// - Throws: `io`.
  package func take(_ count: Int) throws(FilterError) -> [Float] {
    var samples: [Float] = []
    try take(count, into: &samples)
    return samples
  }

  /// Takes back the newest ones, of which there must be so many.
  package func removeLast(_ count: Int) {
    precondition(count <= self.count, "so many samples must wait")
    let inFile = min(count, fileRange.count)
    let rest = fileRange.dropLast(inFile)
    fileRange = rest.isEmpty ? 0..<0 : rest
    memory.removeLast(count - inFile)
  }

  private func spool(_ samples: Span<Float>) throws(FilterError) {
    if file == nil { file = try Spool.open() }
    guard let file else { return }
    do {
      _ = try samples.withUnsafeBytes { bytes in
        try file.writeAll(
          toAbsoluteOffset: Int64(fileRange.upperBound * MemoryLayout<Float>.stride), bytes)
      }
    } catch {
      throw FilterError(
        .io, "Cannot write the temporary file: \(error).", advice: advice, underlying: error)
    }
    fileRange = fileRange.lowerBound..<fileRange.upperBound + samples.count
  }

  private func unspool(_ count: Int, into block: inout [Float]) throws(FilterError) {
    guard let file else { preconditionFailure("what waits is in memory or in the file") }
    var done = block.count * MemoryLayout<Float>.stride
    let start = Int64(fileRange.lowerBound * MemoryLayout<Float>.stride - done)
    block.append(contentsOf: repeatElement(0, count: count))
    do {
      try block.withUnsafeMutableBytes { bytes in
        while done < bytes.count {
          let part = try file.read(
            fromAbsoluteOffset: start + Int64(done),
            into: UnsafeMutableRawBufferPointer(rebasing: bytes[done...]))
          guard part > 0 else { throw Errno.ioError }
          done += part
        }
      }
    } catch {
      throw FilterError(.io, "Cannot read the temporary file: \(error).", underlying: error)
    }
    // Once it is empty, its place is used again.
    let rest = fileRange.lowerBound + count..<fileRange.upperBound
    fileRange = rest.isEmpty ? 0..<0 : rest
  }
}
