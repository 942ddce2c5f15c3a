public import APCore
internal import Crypto
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file or a pipe with sound in it, open for reading.
public final class InputFile {
  /// What messages call it: its path, or "standard input".
  public let description: String
  /// Its name without folders; nil for standard input.
  public let name: String?
  /// Whether it can be read more than once.
  public let isRegular: Bool

  let descriptor: FileDescriptor
  /// Where the sound's file starts in a regular file: not at 0 if the shell has read from it before.
  let start: Int64
  private let ownsDescriptor: Bool

  /// Opens a file.
  ///
  /// - Parameter path: the file, or `-` for standard input.
  /// - Throws: `noInput` where there is no such file, or it is a folder or may not be read.
  public init(path: String) throws(FilterError) {
    let isStandardInput = path == "-"
    description = isStandardInput ? "standard input" : path
    name = isStandardInput ? nil : FilePath(path).lastComponent?.string
    ownsDescriptor = !isStandardInput
    do {
      descriptor =
        isStandardInput
        ? .standardInput : try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    } catch {
      throw FilterError(.noInput, "Cannot open \(path): \(error).", underlying: error)
    }
    let kind = try Self.state(of: descriptor, description).st_mode & S_IFMT
    isRegular = kind == S_IFREG
    start = isRegular ? max(0, (try? descriptor.seek(offset: 0, from: .current)) ?? 0) : 0
    guard kind != S_IFDIR else {
      throw FilterError(
        .noInput, "\(path) is a folder.", advice: "Give one file; a shell loop takes a folder.")
    }
  }

  /// Whether there is a file that can be read more than once. A pipe is not opened, because its
  /// writer would see it closed again.
  public static func isRegular(_ path: String) -> Bool {
    var state = stat()
    return stat(path, &state) == 0 && state.st_mode & S_IFMT == S_IFREG
  }

  deinit {
    // Only read from: closing has nothing to tell.
    if ownsDescriptor { try? descriptor.close() }
  }

  /// The SHA-256 of the whole file, as 64 lower-case hexadecimal digits.
  ///
  /// - Throws: `io`.
  public func sha256() throws(FilterError) -> String {
    precondition(isRegular, "a pipe is read once, by its decoder")
    var hash = SHA256()
    var offset = start
    do {
      try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
        while true {
          let count = try descriptor.read(fromAbsoluteOffset: offset, into: buffer)
          if count == 0 { return }
          hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
          offset += Int64(count)
        }
      }
    } catch {
      throw FilterError(.io, "Cannot read \(description): \(error).", underlying: error)
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self)
  }

  /// What is different once somebody has written to the file.
  struct Version: Equatable {
    let size: Int64
    let seconds: Int
    let nanoseconds: Int
  }

  func version() throws(FilterError) -> Version {
    let state = try Self.state(of: descriptor, description)
    #if canImport(Darwin)
      let time = state.st_mtimespec
    #else
      let time = state.st_mtim
    #endif
    return Version(size: Int64(state.st_size), seconds: time.tv_sec, nanoseconds: time.tv_nsec)
  }

  private static func state(
    of descriptor: FileDescriptor, _ description: String
  ) throws(FilterError) -> stat {
    var state = stat()
    guard fstat(descriptor.rawValue, &state) == 0 else {
      let error = Errno(rawValue: errno)
      throw FilterError(.noInput, "Cannot open \(description): \(error).", underlying: error)
    }
    return state
  }
}
