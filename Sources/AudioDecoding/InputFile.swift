package import APCore
internal import Digests
internal import SystemPackage

/// A file or a pipe with sound in it, open for reading.
package final class InputFile {
  /// What messages call it: its path, or "standard input".
  package let description: String
  /// Its name without folders; nil for standard input.
  package let name: String?
  /// What its samples are, where it has no header that says so.
  let raw: RawFormat?
  /// Whether it can be read more than once.
  package private(set) var isRegular: Bool

  private var descriptor: FileDescriptor
  /// Where the sound's file starts in a regular file: not at 0 if the shell has read from it before.
  private(set) var start: Int64
  private var ownsDescriptor: Bool
  /// What `makeSeekable()` has read from a pipe and its reader has not.
  private var readAhead: ArraySlice<UInt8> = []

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: the file, or `-` for standard input.
  ///   - raw: what its samples are, where it holds nothing else.
  /// - Throws: `noInput` where there is no such file, or it is a folder or may not be read.
  package init(path: String, raw: RawFormat? = nil) throws(FilterError) {
    self.raw = raw
    let isStandardInput = path == "-"
    description = isStandardInput ? "standard input" : path
    name = isStandardInput ? nil : FileSystem.name(path)
    ownsDescriptor = !isStandardInput
    do {
      descriptor =
        isStandardInput
        ? .standardInput : try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    } catch {
      throw FilterError(.noInput, "Cannot open \(path): \(error).", underlying: error)
    }
    let status = try Self.status(of: descriptor, description)
    isRegular = status.isFile
    start = isRegular ? max(0, (try? descriptor.seek(offset: 0, from: .current)) ?? 0) : 0
    guard !status.isFolder else {
      throw FilterError(
        .noInput, "\(path) is a folder.",
        advice: "Give one file; a shell loop can go through a folder.")
    }
  }

  /// Whether there is a file that can be read more than once. A pipe is not opened, because its
  /// writer would see it closed again.
  package static func isRegular(_ path: String) -> Bool {
    FileSystem.isFile(path)
  }

  deinit {
    // Only read from: closing has nothing to tell.
    if ownsDescriptor { try? descriptor.close() }
  }

  /// Puts a pipe into a temporary file if libavformat must seek in what comes from it. It can be read
  /// more than once then.
  ///
  /// - Throws: `io`; `cannotCreate` where there is no room for the file.
  package func makeSeekable() throws(FilterError) {
    guard !isRegular, readAhead.isEmpty, raw == nil else { return }
    let headSize = SeekingFormat.headSize
    readAhead = try withUnsafeTemporaryAllocation(byteCount: headSize, alignment: 16) {
      head throws(FilterError) in
      var filled = 0
      while filled < headSize {
        let rest = UnsafeMutableRawBufferPointer(rebasing: head[filled...])
        let count = try read(into: rest, at: 0)
        if count == 0 { break }
        filled += count
      }
      return Array(head[..<filled])[...]
    }
    guard SeekingFormat.begins(readAhead) else { return }
    let spool = try Spool.open()
    do {
      try copy(to: spool)
    } catch {
      try? spool.close()
      throw error
    }
    if ownsDescriptor { try? descriptor.close() }
    (descriptor, ownsDescriptor, isRegular, start) = (spool, true, true, 0)
  }

  private func copy(to spool: FileDescriptor) throws(FilterError) {
    try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) {
      block throws(FilterError) in
      while true {
        let count = try read(into: block, at: 0)
        if count == 0 { return }
        do {
          try spool.writeWhole(UnsafeRawBufferPointer(rebasing: block[..<count]))
        } catch {
          throw FilterError(
            .io, "Cannot write the temporary file: \(error).",
            advice: "Give --temp-dir a folder with room, or the file by its name.",
            underlying: error)
        }
      }
    }
  }

  /// Reads what is there, at least one byte; 0 at the end.
  ///
  /// - Parameter position: the place in a regular file, in bytes; a pipe gives what comes next.
  /// - Throws: `io`.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int64
  ) throws(FilterError) -> Int {
    if !readAhead.isEmpty {
      let count = min(buffer.count, readAhead.count)
      buffer.copyBytes(from: readAhead.prefix(count))
      readAhead.removeFirst(count)
      return count
    }
    do {
      return isRegular
        ? try descriptor.read(fromAbsoluteOffset: start + position, into: buffer)
        : try descriptor.readSome(into: buffer)
    } catch {
      throw FilterError(.io, "Cannot read \(description): \(error).", underlying: error)
    }
  }

  /// The SHA-256 of the whole file, as 64 lower-case hexadecimal digits.
  ///
  /// - Throws: `io`.
  package func sha256() throws(FilterError) -> String {
    precondition(isRegular, "a pipe is read once, by its decoder")
    var digest = Digest()
    var position: Int64 = 0
    try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) {
      buffer throws(FilterError) in
      while true {
        let count = try read(into: buffer, at: position)
        if count == 0 { return }
        digest.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        position += Int64(count)
      }
    }
    return digest.text
  }

  /// What is different once somebody has written to the file.
  struct Version: Equatable {
    let size: Int64
    let modified: Int
  }

  func version() throws(FilterError) -> Version {
    let status = try Self.status(of: descriptor, description)
    return Version(size: Int64(status.size), modified: status.modified)
  }

  /// Reads the file, which must stay as it is: what looks like damage may be a change.
  ///
  /// - Parameter version: what it was; nil for a pipe, which tells no change.
  /// - Throws: `badInput` where it is another by now; what `body` throws.
  func holding<Result>(
    _ version: Version?, _ body: () throws(FilterError) -> Result
  ) throws(FilterError) -> Result {
    guard let version else { return try body() }
    do throws(FilterError) {
      let result = try body()
      guard try self.version() == version else { throw change }
      return result
    } catch {
      guard error.code == .badInput, try self.version() != version else { throw error }
      throw change
    }
  }

  /// The error for a file that somebody has written to meanwhile.
  var change: FilterError {
    FilterError(
      .badInput, "\(description) changed while it was being read.",
      advice: "Wait until it is complete.")
  }

  private static func status(
    of descriptor: FileDescriptor, _ description: String
  ) throws(FilterError) -> FileStatus {
    do {
      return try FileStatus(reading: descriptor)
    } catch {
      throw FilterError(.noInput, "Cannot open \(description): \(error).", underlying: error)
    }
  }
}
