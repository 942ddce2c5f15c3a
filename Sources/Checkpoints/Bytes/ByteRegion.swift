import APCore
import Glibc
import SystemPackage

/// Bytes that stay where they are for as long as anybody holds the region: a file mapped
/// read-only, or memory of its own.
///
/// `@unchecked`: nobody writes to the bytes after `init`.
final class ByteRegion: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  private let isMapping: Bool

  /// Maps a whole file. Pages are read when they are first touched; a file that somebody cuts
  /// short meanwhile ends the process with SIGBUS, as for every program that maps files.
  ///
  /// - Throws: `FilterError.Code.noInput` where the file cannot be opened, `.io` where it cannot
  ///   be mapped, `.damagedCheckpoint` where it is empty or no regular file.
  init(mapping path: String) throws(FilterError) {
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    } catch {
      throw FilterError(.noInput, "\(path) cannot be opened: \(error).", underlying: error)
    }
    defer { try? descriptor.close() }
    let status: FileStatus
    do {
      status = try FileStatus(reading: descriptor)
    } catch {
      throw FilterError(.io, "\(path) cannot be read: \(error).", underlying: error)
    }
    guard status.isFile else {
      throw FilterError(.damagedCheckpoint, "\(path) is not a regular file.")
    }
    let count = status.size
    guard count > 0 else {
      throw FilterError(.damagedCheckpoint, "\(path) is empty.")
    }
    guard
      let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor.rawValue, 0),
      start != MAP_FAILED
    else {
      if errno == ENOMEM { try AvailableMemory.require(count) }
      throw Self.systemFailure("\(path) cannot be mapped into memory")
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
    isMapping = true
  }

  /// Memory of its own, filled once by `fill`.
  init(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
    // 64: a cache line, and what the widest vector load likes.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
    fill(memory)
    bytes = UnsafeRawBufferPointer(memory)
    isMapping = false
  }

  /// Lets go of the pages of a file that hold some bytes; they come back when they are touched.
  func releasePages(_ part: UnsafeRawBufferPointer) {
    guard isMapping, let start = part.baseAddress else { return }
    let page = 4096
    let first = UInt(bitPattern: start) / UInt(page) * UInt(page)
    let length = Int(UInt(bitPattern: start) - first) + part.count
    guard let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
    madvise(address, length, MADV_DONTNEED)
  }

  deinit {
    if isMapping {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  private static func systemFailure(_ what: String) -> FilterError {
    let reason = Errno(rawValue: errno)
    return FilterError(.io, "\(what): \(reason).", underlying: reason)
  }
}
