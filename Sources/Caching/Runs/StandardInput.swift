internal import APCore
internal import Digests
internal import Synchronization
internal import SystemPackage

/// Standard input on its way to a filter: read once, and followed while it passes.
final class StandardInput: Sendable {
  private struct State: Sendable {
    var watch = StreamWatch()
    /// What has been read and went nowhere yet.
    var pending: [UInt8] = []
    var spool: (file: FileDescriptor, count: Int)?
    var isAtEnd = false
  }

  private let state = Mutex(State())
  /// Whether it must be a stream.
  private let isStream: Bool

  private static let blockBytes = 1 << 18

  init(isStream: Bool) {
    self.isStream = isStream
  }

  /// Whether all of it has been seen, and is a whole stream where it must be one.
  var isWhole: Bool {
    state.withLock { isStream ? $0.watch.isWhole : $0.isAtEnd }
  }

  /// The failure of a filter before this one, which has said why; nil where none has.
  var aborted: FilterError? {
    guard isStream, let abort = state.withLock(\.watch.failure?.abort) else { return nil }
    return .aborted(abort, isHeard: FileDescriptor.standardInput.isPipe)
  }

  /// Reads up to the header's end.
  ///
  /// - Returns: nil where there is no header.
  /// - Throws: `io`.
  func readHeader() throws(FilterError) -> StreamHeader? {
    while true {
      let (header, isOver) = state.withLock { state in
        (state.watch.header, state.isAtEnd || state.watch.failure != nil)
      }
      if header != nil || isOver { return header }
      try read { block in state.withLock { $0.pending.append(contentsOf: block) } }
    }
  }

  /// Reads all of it into a temporary file.
  ///
  /// - Returns: the SHA-256 of its bytes; nil where the file has no room, or cannot be made.
  /// - Throws: `io`.
  func readAll() throws(FilterError) -> String? {
    guard let file = try? Spool.open() else { return nil }
    var digest = Digest()
    var count = 0
    /// Whether the bytes could be written.
    func keep(_ bytes: UnsafeRawBufferPointer) -> Bool {
      digest.add(bytes)
      guard (try? file.writeWhole(bytes)) != nil else { return false }
      count += bytes.count
      return true
    }
    var isKept = state.withLock { state in
      let pending = state.pending
      let isKept = pending.withUnsafeBytes(keep)
      if isKept { state.pending = [] }
      return isKept
    }
    while isKept, !state.withLock(\.isAtEnd) {
      try read { block in
        isKept = keep(block)
        if !isKept { state.withLock { $0.pending = Array(block) } }
      }
    }
    state.withLock { $0.spool = (file, count) }
    return isKept ? digest.text : nil
  }

  /// Gives all of it to a filter, what has been read before first.
  ///
  /// - Parameter target: the filter's standard input, closed afterwards. A filter that reads no more
  ///   ends this.
  func pump(to target: FileDescriptor) {
    defer { try? target.close() }
    do {
      let (spool, pending) = state.withLock { state in
        defer { state.pending = [] }
        return (state.spool, state.pending)
      }
      if let spool { try Self.copy(spool.file, count: spool.count, to: target) }
      try pending.withUnsafeBytes { try target.writeWhole($0) }
      while !state.withLock(\.isAtEnd) {
        // Followed before it is written: who has the end may ask at once whether it was whole.
        try read { block throws(Errno) in try target.writeWhole(block) }
      }
    } catch {
      // The filter sees that its input ends too early, or has closed it itself.
    }
  }

  private static func copy(
    _ file: FileDescriptor, count: Int, to target: FileDescriptor
  ) throws {
    var buffer = [UInt8](repeating: 0, count: blockBytes)
    var done = 0
    while done < count {
      let got = try buffer.withUnsafeMutableBytes { buffer in
        try file.read(fromAbsoluteOffset: Int64(done), into: buffer)
      }
      guard got > 0 else { return }
      let piece = min(got, count - done)
      try buffer.withUnsafeBytes { try target.writeWhole(.init(rebasing: $0[..<piece])) }
      done += piece
    }
  }

  /// Reads all that is left, for nothing but to know how it ends.
  ///
  /// - Throws: where it is not a whole stream: `badInput`, `cutInput`, `aborted`; `io`.
  func drain() throws(FilterError) {
    while !state.withLock(\.isAtEnd) { try read { _ in } }
    if let aborted { throw aborted }
    if isStream, let failure = state.withLock(\.watch.failure) { throw failure }
  }

  /// Reads some, or notes the end.
  ///
  /// - Parameter use: gets what was read. What it throws is thrown as `io`.
  private func read(
    _ use: (UnsafeRawBufferPointer) throws(Errno) -> Void
  ) throws(FilterError) {
    do {
      try withUnsafeTemporaryAllocation(byteCount: Self.blockBytes, alignment: 16) {
        buffer throws(Errno) in
        let count = try FileDescriptor.standardInput.readSome(into: buffer)
        let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        state.withLock { state in
          if isStream { state.watch.add(block) }
          guard count == 0 else { return }
          state.isAtEnd = true
          if isStream { state.watch.finish() }
        }
        if count > 0 { try use(block) }
      }
    } catch {
      throw FilterError(.io, "Cannot read the input: \(error).", underlying: error)
    }
  }
}
