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
      if try read() == 0 {
        try parser.finish()
        return nil
      }
    }
  }

  /// Reads into the buffer, or samples straight to their place, where they are more than it has room for.
  ///
  /// - Returns: how many bytes; 0 at the end.
  private func read() throws(FilterError) -> Int {
    (position, available) = (0, 0)
    do {
      // Bytes that are kept must pass through the buffer.
      let count = try kept == nil ? parser.fill(buffer.count, receive) : nil
      if let count { return count }
      available = try buffer.withUnsafeMutableBytes { try receive($0) }
      return available
    } catch {
      throw FilterError(.io, "Cannot read the input: \(error).", underlying: error)
    }
  }

  private func receive(_ room: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    try Syscalls.readSome(descriptor, into: room)
  }

  private func parse() throws(FilterError) -> StreamEvent? {
    // Shares the buffer's memory, and ends before the buffer is written again.
    let bytes = buffer
    let start = position
    defer { kept?.append(contentsOf: bytes[start..<position]) }
    return try parser.consume(bytes.span.bytes.extracting(first: available), from: &position)
  }
}
