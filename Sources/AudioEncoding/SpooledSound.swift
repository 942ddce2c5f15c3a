internal import APCore
internal import SystemPackage

/// A sound file for a pipe in a format whose beginning is written last: it is made in a temporary file first.
final class SpooledSound: SoundSink {
  /// What messages call a file that goes to a pipe.
  static let standardOutput = "standard output"
  let name = SpooledSound.standardOutput
  private let output: FileDescriptor
  private let spool: FileDescriptor
  private let sound: any SoundSink

  /// - Parameter begin: gives what takes the samples and fills the temporary file.
  /// - Throws: `cannotCreate` where there is no room for a temporary file; what `begin` throws.
  init(
    _ output: FileDescriptor, begin: (FileDescriptor) throws(FilterError) -> any SoundSink
  ) throws(FilterError) {
    self.output = output
    spool = try Spool.open()
    do {
      sound = try begin(spool)
    } catch {
      try? spool.close()
      throw error
    }
  }

  deinit {
    // What it held was written, or is not wanted any more.
    try? spool.close()
  }

  func write(_ samples: Span<Float>) throws(FilterError) { try sound.write(samples) }

  func write(_ samples: Span<Int16>) throws(FilterError) { try sound.write(samples) }

  func write(_ samples: Span<Int32>) throws(FilterError) { try sound.write(samples) }

  func finish() throws(FilterError) {
    try sound.finish()
    try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) {
      block throws(FilterError) in
      var offset: Int64 = 0
      while true {
        let count: Int
        do {
          count = try spool.read(fromAbsoluteOffset: offset, into: block)
        } catch {
          throw FilterError(.io, "Cannot read the temporary file: \(error).", underlying: error)
        }
        if count == 0 { return }
        let bytes = UnsafeRawBufferPointer(rebasing: block[..<count])
        try output.writeOrFail(bytes.bytes, name: name)
        offset += Int64(count)
      }
    }
  }
}
