package import SystemPackage

/// Reads a stream from a file descriptor, which stays its caller's.
package final class StreamReader {
  private let descriptor: FileDescriptor
  private var parser = StreamParser()
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var available = 0
  private var position = 0
  private var kept: [UInt8]?
  private let whenHeaderIsRead: (StreamHeader) -> Void

  /// The end record, once `next()` has returned nil.
  package private(set) var end: EndRecord?

  /// A reader before the stream's first byte.
  ///
  /// - Parameters:
  ///   - keepsBytes: whether `takeBytes()` gives what was read as it came.
  ///   - whenHeaderIsRead: gets the header first.
  package init(
    _ descriptor: FileDescriptor, keepsBytes: Bool = false,
    whenHeaderIsRead: @escaping (StreamHeader) -> Void = { _ in }
  ) {
    self.descriptor = descriptor
    self.whenHeaderIsRead = whenHeaderIsRead
    kept = keepsBytes ? [] : nil
  }

  /// Reads the first line.
  ///
  /// - Throws: `badInput`, `cutInput`, `io`; `aborted` where a filter before this one failed.
  package func readHeader() throws(FilterError) -> StreamHeader {
    switch try event() {
    case .header(let header)?:
      whenHeaderIsRead(header)
      return header
    case .abort(let abort)?: throw .aborted(abort, isHeard: descriptor.isPipe)
    case .record?, .end?, nil: preconditionFailure("readHeader() comes first, and once")
    }
  }

  /// Reads the next record.
  ///
  /// - Returns: nil once the stream has ended as it should, and nothing follows.
  /// - Throws: `badInput`, `cutInput`, `io`; `aborted` where a filter before this one failed.
  package func next() throws(FilterError) -> StreamRecord? {
    guard end == nil else { return nil }
    switch try event() {
    case .record(let record)?: return record
    case .end(let end)?:
      self.end = end
      _ = try event()
      return nil
    case .abort(let abort)?:
      throw .aborted(abort, isHeard: descriptor.isPipe)
    case .header?, nil:
      preconditionFailure("readHeader() comes before next()")
    }
  }

  /// Whether bytes have been read that no record has taken yet.
  package var hasBytes: Bool { position < available }

  /// The bytes of what was read since the last call, as they came: whole lines and payloads.
  package func takeBytes() -> [UInt8] {
    guard let bytes = kept else { preconditionFailure("the reader must keep bytes") }
    kept = []
    return bytes
  }

  /// The next event; nil only at the end of the input of a stream that is whole.
  private func event() throws(FilterError) -> StreamEvent? {
    while true {
      if let event = try parse() { return event }
      position = 0
      do {
        available = try buffer.withUnsafeMutableBytes { bytes throws(Errno) in
          try Syscalls.readSome(descriptor, into: bytes)
        }
      } catch {
        throw FilterError(.io, "Cannot read the input: \(error).", underlying: error)
      }
      if available == 0 {
        try parser.finish()
        return nil
      }
    }
  }

  private func parse() throws(FilterError) -> StreamEvent? {
    // Shares the buffer's memory, and ends before the buffer is written again.
    let bytes = buffer
    let start = position
    defer { kept?.append(contentsOf: bytes[start..<position]) }
    return try parser.consume(bytes.span.bytes.extracting(first: available), from: &position)
  }
}
