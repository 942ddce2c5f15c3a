internal import APCore
internal import Digests
internal import SystemPackage

/// An execution that is kept, open for reading.
final class StoredExecution {
  let folder: String
  private let summary: ExecutionSummary
  private let stream: FileDescriptor

  private static let blockBytes = 1 << 20

  /// Opens it; nil where it is seen at once that it is not whole.
  init?(folder: String) {
    guard let summary = Self.summary(in: folder), summary.output.file == CacheStore.stream,
      let stream = try? FileDescriptor.open(
        "\(folder)/\(CacheStore.stream)", .readOnly, options: .closeOnExec)
    else { return nil }
    self.folder = folder
    self.summary = summary
    self.stream = stream
    guard (try? FileStatus(reading: stream))?.size == summary.output.size else { return nil }
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

  var key: String { summary.key }

  /// Gives what comes before the end record, block by block, and meanwhile looks whether it is what was written.
  ///
  /// - Returns: the end record; nil where any byte, of which some may have been given, is not what was written.
  /// - Throws: `io`, and what `use` throws.
  func read(
    _ use: (UnsafeRawBufferPointer) throws(FilterError) -> Void
  ) throws(FilterError) -> [UInt8]? {
    let output = summary.output
    var end: [UInt8] = []
    var position = 0
    // Only the worker's thread has it until that has finished.
    nonisolated(unsafe) var digest = Digest()
    let worker = try BlockWorker(bytes: Self.blockBytes) { digest.add($0) }
    while position < output.size {
      let block = worker.next()
      let wanted = min(block.count, output.size - position)
      let count = try read(into: .init(rebasing: block[..<wanted]), at: position)
      guard count > 0 else { return nil }
      // What is given are the very bytes that are digested: the file is read once.
      worker.handOver(count)
      let body = max(0, min(count, output.end - position))
      if body > 0 { try use(UnsafeRawBufferPointer(rebasing: block[..<body])) }
      end += block[body..<count]
      position += count
    }
    worker.finish()
    return digest.text == output.sha256 ? end : nil
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
