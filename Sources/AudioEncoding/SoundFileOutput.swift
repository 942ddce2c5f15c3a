internal import APCore
internal import CSndFile
internal import SystemPackage

/// The bytes of a file that libsndfile or libavformat writes. They pass through here because the codecs that they call forget
/// errors: with a full disk, closing a FLAC file says that all is well.
final class SoundFileOutput {
  /// Why bytes were not written, the first time that happened; nothing is written after it.
  private(set) var failure: Errno?
  private let file: FileDescriptor
  private var position: Int64 = 0
  private var length: Int64 = 0
  /// Bytes that come before `position`, and are not in the file yet.
  private var waiting: [UInt8] = []
  private var earlyFlush = EarlyFlush()

  /// The bytes that are written at once: a codec's frames are shorter, and do not end where a page does.
  private static let blockBytes = 1 << 17

  /// - Parameter file: empty; it stays its caller's.
  init(_ file: FileDescriptor) {
    self.file = file
  }

  /// Has libsndfile begin a file, which must be closed before this value goes away.
  ///
  /// - Returns: nil where it cannot; `failure` and `sf_strerror` say why.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var calls = SF_VIRTUAL_IO(
      get_filelen: { SoundFileOutput.at($0).length },
      seek: { offset, whence, context in SoundFileOutput.at(context).seek(offset, whence) },
      read: nil,
      write: { bytes, count, context in
        SoundFileOutput.at(context).write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
      },
      tell: { SoundFileOutput.at($0).position })
    return sf_open_virtual(
      &calls, Int32(SFM_WRITE), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  /// That of a C library's callback.
  static func at(_ context: UnsafeMutableRawPointer?) -> SoundFileOutput {
    guard let context else { preconditionFailure("C libraries give back what it was given") }
    return Unmanaged<SoundFileOutput>.fromOpaque(context).takeUnretainedValue()
  }

  /// Moves as `lseek` does; other questions get the length.
  func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    flush()
    switch whence {
    case Int32(SF_SEEK_SET): position = offset
    case Int32(SF_SEEK_CUR): position += offset
    case Int32(SF_SEEK_END): position = length + offset
    default: return length
    }
    return position
  }

  /// - Returns: how many bytes were taken: all or none.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    if waiting.count + bytes.count > Self.blockBytes { flush() }
    guard failure == nil else { return 0 }
    if bytes.count < Self.blockBytes {
      waiting.append(contentsOf: bytes)
    } else {
      put(bytes, at: position)
    }
    position += Int64(bytes.count)
    length = max(length, position)
    return failure == nil ? Int64(bytes.count) : 0
  }

  /// Writes what waits.
  func flush() {
    waiting.withUnsafeBytes { put($0, at: position - Int64($0.count)) }
    waiting.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: UnsafeRawBufferPointer, at place: Int64) {
    guard failure == nil, !bytes.isEmpty else { return }
    do {
      try file.writeAll(toAbsoluteOffset: place, bytes)
    } catch {
      failure = (error as? Errno) ?? .ioError
    }
    earlyFlush.follow(file, to: Int(place) + bytes.count)
  }

  /// Why the file cannot be written.
  ///
  /// - Parameter words: the library's, which count only where the system has said nothing.
  func error(writing name: String, words: String?) -> FilterError {
    if let failure { return Self.error(writing: name, failure) }
    return FilterError(.io, "Cannot write \(name): \(words?.filter { !$0.isNewline } ?? "").")
  }

  /// Why the system does not write a file.
  static func error(writing name: String, _ reason: any Error) -> FilterError {
    let isSpool = name == SpooledSound.standardOutput
    return FilterError(
      .io, "Cannot write \(isSpool ? "the temporary file" : name): \(reason).",
      advice: isSpool ? "Give --temp-dir a folder with room." : "Is there room on the disk?",
      underlying: reason)
  }
}
