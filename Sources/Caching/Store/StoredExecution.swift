internal import APCore
internal import Digests
internal import SystemPackage

/// An execution that is kept, open for reading.
final class StoredExecution {
  private let summary: ExecutionSummary
  private let stream: FileDescriptor

  private static let blockBytes = 1 << 20

  /// Opens it; nil where it is not whole.
  init?(folder: String) {
    guard let summary = Self.summary(in: folder), summary.output.file == CacheStore.stream,
      let stream = try? FileDescriptor.open(
        "\(folder)/\(CacheStore.stream)", .readOnly, options: .closeOnExec)
    else { return nil }
    self.summary = summary
    self.stream = stream
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

  /// Whether all bytes are those that were written.
  func isIntact() -> Bool {
    guard (try? FileStatus(reading: stream))?.size == summary.output.size else { return false }
    var digest = Digest()
    do {
      try read(0..<summary.output.size) { block in
        block.withUnsafeBytes { digest.add($0) }
      }
    } catch {
      return false
    }
    return digest.text == summary.output.sha256
  }

  /// Gives what comes before the end record, in pieces.
  ///
  /// - Throws: `io`, and what `use` throws.
  func readBody(_ use: ([UInt8]) throws(FilterError) -> Void) throws(FilterError) {
    try read(0..<summary.output.end, use)
  }

  /// The end record.
  ///
  /// - Throws: `io`.
  func readEnd() throws(FilterError) -> [UInt8] {
    var line: [UInt8] = []
    try read(summary.output.end..<summary.output.size) { line += $0 }
    return line
  }

  private func read(
    _ range: Range<Int>, _ use: ([UInt8]) throws(FilterError) -> Void
  ) throws(FilterError) {
    var position = range.lowerBound
    while position < range.upperBound {
      let block: [UInt8]
      do {
        block = try [UInt8](
          unsafeUninitializedCapacity: min(Self.blockBytes, range.upperBound - position)
        ) { buffer, count in
          count = try stream.read(
            fromAbsoluteOffset: Int64(position), into: UnsafeMutableRawBufferPointer(buffer))
        }
      } catch {
        throw FilterError(.io, "Cannot read the cache: \(error).", underlying: error)
      }
      guard !block.isEmpty else {
        throw FilterError(.io, "The stored output was cut short while it was being read.")
      }
      try use(block)
      position += block.count
    }
  }
}
