internal import APCore
internal import SystemPackage

/// Samples that wait in their order: in memory while they are few, else in a file without a name.
final class SampleQueue {
  /// Three seconds of stereo.
  private static let memoryLimit = 1 << 18

  /// The oldest samples, from `head` on.
  private var memory: [Float] = []
  private var head = 0
  /// What came after them.
  private var file: FileDescriptor?
  private var fileRange: Range<Int> = 0..<0

  deinit {
    // Its content is not wanted any more.
    try? file?.close()
  }

  /// How many wait.
  var count: Int { memory.count - head + fileRange.count }

  /// Puts samples after those that wait.
  ///
  /// - Throws: `io`; `cannotCreate` where there is no room for a temporary file.
  func append(_ samples: Span<Float>) throws(FilterError) {
    guard fileRange.isEmpty, memory.count - head + samples.count <= Self.memoryLimit else {
      return try spool(samples)
    }
    for index in samples.indices { memory.append(samples[index]) }
  }

  /// Takes the oldest ones, of which there must be so many.
  ///
  /// - Throws: `io`.
  func take(_ count: Int) throws(FilterError) -> [Float] {
    precondition(count <= self.count, "so many samples must wait")
    let inMemory = min(count, memory.count - head)
    var samples = Array(memory[head..<head + inMemory])
    head += inMemory
    if head > memory.count / 2 {
      memory.removeFirst(head)
      head = 0
    }
    if inMemory < count { samples += try unspool(count - inMemory) }
    return samples
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
        .io, "Cannot write the temporary file: \(error).",
        advice: "Give --temp-dir a folder with room.", underlying: error)
    }
    fileRange = fileRange.lowerBound..<fileRange.upperBound + samples.count
  }

  private func unspool(_ count: Int) throws(FilterError) -> [Float] {
    guard let file else { preconditionFailure("what waits is in memory or in the file") }
    var samples = [Float](repeating: 0, count: count)
    let start = Int64(fileRange.lowerBound * MemoryLayout<Float>.stride)
    do {
      try samples.withUnsafeMutableBytes { bytes in
        var done = 0
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
    return samples
  }
}
