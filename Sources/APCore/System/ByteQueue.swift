internal import SystemPackage

/// Bytes that wait in their order: in memory while they are few, else in a file without a name.
package final class ByteQueue {
  private let memoryLimit: Int
  private let advice: String
  /// The oldest bytes, from `head` on.
  private var memory: [UInt8] = []
  private var head = 0
  /// What came after them.
  private var file: FileDescriptor?
  private var fileRange: Range<Int> = 0..<0

  /// - Parameters:
  ///   - memoryLimit: the most bytes that wait in memory.
  ///   - advice: what to do where the file has no room.
  package init(
    memoryLimit: Int, advice: String = "Give --temp-dir a folder with room."
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

  /// Puts bytes after those that wait.
  ///
  /// - Throws: `io`; `cannotCreate` where there is no room for a temporary file.
  package func append(_ bytes: RawSpan) throws(FilterError) {
    guard fileRange.isEmpty, memory.count - head + bytes.byteCount <= memoryLimit else {
      return try spool(bytes)
    }
    bytes.withUnsafeBytes { memory.append(contentsOf: $0) }
  }

  /// Fills a block with the oldest ones, of which there must be so many.
  ///
  /// - Throws: `io`.
  package func take(into block: UnsafeMutableRawBufferPointer) throws(FilterError) {
    precondition(block.count <= count, "so many bytes must wait")
    let inMemory = min(block.count, memory.count - head)
    block.copyBytes(from: memory[head..<head + inMemory])
    head += inMemory
    if head > memory.count / 2 {
      memory.removeFirst(head)
      head = 0
    }
    let rest = UnsafeMutableRawBufferPointer(rebasing: block[inMemory...])
    if !rest.isEmpty { try unspool(into: rest) }
  }

  private func spool(_ bytes: RawSpan) throws(FilterError) {
    if file == nil { file = try Spool.open() }
    guard let file else { return }
    do {
      _ = try bytes.withUnsafeBytes { bytes in
        try file.writeAll(toAbsoluteOffset: Int64(fileRange.upperBound), bytes)
      }
    } catch {
      throw FilterError(
        .io, "Cannot write the temporary file: \(error).", advice: advice, underlying: error)
    }
    fileRange = fileRange.lowerBound..<fileRange.upperBound + bytes.byteCount
  }

  private func unspool(into block: UnsafeMutableRawBufferPointer) throws(FilterError) {
    guard let file else { preconditionFailure("what waits is in memory or in the file") }
    var done = 0
    do {
      while done < block.count {
        let part = try file.read(
          fromAbsoluteOffset: Int64(fileRange.lowerBound + done),
          into: UnsafeMutableRawBufferPointer(rebasing: block[done...]))
        guard part > 0 else { throw Errno.ioError }
        done += part
      }
    } catch {
      throw FilterError(.io, "Cannot read the temporary file: \(error).", underlying: error)
    }
    // Once it is empty, its place is used again.
    let rest = fileRange.lowerBound + done..<fileRange.upperBound
    fileRange = rest.isEmpty ? 0..<0 : rest
  }
}

extension Array where Element: Numeric {
  /// Makes it this long, of zeros, if it is shorter.
  package mutating func grow(to count: Int) {
    if self.count < count { self = Array(repeating: 0, count: count) }
  }
}
