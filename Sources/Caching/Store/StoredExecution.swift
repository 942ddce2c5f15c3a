internal import APCore
internal import Digests
internal import SystemPackage

/// An execution that is kept, open for reading.
final class StoredExecution {
  let folder: String
  let key: String
  private let output: Manifest.Output
  private let stream: FileDescriptor

  /// Few enough that a processor keeps them near between checking and writing them.
  private static let blockBytes = 1 << 18

  /// Opens it; nil where it is seen at once that it is not whole.
  init?(_ summary: ExecutionSummary?, in folder: String) {
    guard let summary, let output = summary.output, output.file == CacheStore.stream,
      let stream = try? FileDescriptor.open(
        "\(folder)/\(CacheStore.stream)", .readOnly, options: .closeOnExec)
    else { return nil }
    self.folder = folder
    key = summary.key
    self.output = output
    self.stream = stream
    guard (try? FileStatus(reading: stream))?.size == output.size else { return nil }
  }

  deinit {
    // Only read from: closing has nothing to tell.
    try? stream.close()
  }

  static func summary(in folder: String) -> ExecutionSummary? {
    guard
      let bytes = try? FileSystem.read(
        "\(folder)/\(CacheStore.manifest)", limit: Manifest.maximumBytes)
    else { return nil }
    return Manifest.summary(of: bytes)
  }

  /// Gives what comes before the end record, block by block, and looks whether it is what was written.
  ///
  /// - Returns: the end record; nil where any byte, of which some may have been given, is not what was written.
  /// - Throws: `io`, and what `use` throws.
  func read(
    _ use: (UnsafeRawBufferPointer) throws(FilterError) -> Void
  ) throws(FilterError) -> [UInt8]? {
    var checksum = Checksum()
    var end: [UInt8] = []
    var position = 0
    try withUnsafeTemporaryAllocation(byteCount: Self.blockBytes, alignment: 64) {
      buffer throws(FilterError) in
      while position < output.size {
        let wanted = min(buffer.count, output.size - position)
        let count = try read(into: .init(rebasing: buffer[..<wanted]), at: position)
        if count == 0 { return }
        // What is given are the very bytes that are checked: the file is read once.
        let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        checksum.add(block)
        let body = max(0, min(count, output.end - position))
        if body > 0 { try use(UnsafeRawBufferPointer(rebasing: block[..<body])) }
        end += block[body...]
        position += count
      }
    }
    return position == output.size && checksum.text == output.xxh3 ? end : nil
  }

  private func read(
    into block: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(FilterError) -> Int {
    do {
      return try stream.read(fromAbsoluteOffset: Int64(position), into: block)
    } catch {
      throw FilterError(.io, "Cannot read the cache: \(error).", underlying: error)
    }
  }
}
