internal import APCore
internal import SystemPackage

/// A track in a file without a name, whose loudness is known once it is whole.
final class SpooledTrack: FrameSource {
  private let descriptor: FileDescriptor
  private var meter: LoudnessMeter
  private var framesRead = 0

  /// - Throws: `cannotCreate`.
  init(channels: Int) throws(FilterError) {
    descriptor = try Spool.open()
    meter = LoudnessMeter(channels: channels)
  }

  deinit {
    // The file is gone with its descriptor; there is nothing left to save.
    try? descriptor.close()
  }

  /// Frames that have been appended.
  var frames: Int { meter.frames }

  /// The figures of what has been appended.
  var loudness: Loudness { meter.loudness }

  /// Appends interleaved frames.
  ///
  /// - Throws: `io`.
  func append(_ samples: Span<Float>) throws(FilterError) {
    meter.add(samples)
    do {
      try samples.withUnsafeBytes { bytes in _ = try descriptor.writeAll(bytes) }
    } catch {
      throw FilterError(
        .io, "Cannot write the temporary file: \(error).",
        advice: "Give --temp-dir a folder with room, or use --normalize window, which needs none.",
        underlying: error)
    }
  }

  /// The next block of what has been appended.
  ///
  /// - Throws: `io`.
  func next() throws -> [Float]? {
    let count = min(FinalFrames.most, frames - framesRead)
    guard count > 0 else { return nil }
    let frameBytes = meter.channels * MemoryLayout<Float>.stride
    var block = [Float](repeating: 0, count: count * meter.channels)
    try block.withUnsafeMutableBytes { try read($0, at: framesRead * frameBytes) }
    framesRead += count
    return block
  }

  private func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(FilterError) {
    var done = 0
    while done < bytes.count {
      do {
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
        let count = try descriptor.read(fromAbsoluteOffset: Int64(offset + done), into: rest)
        guard count > 0 else { throw Errno.ioError }
        done += count
      } catch {
        throw FilterError(.io, "Cannot read the temporary file: \(error).", underlying: error)
      }
    }
  }
}
