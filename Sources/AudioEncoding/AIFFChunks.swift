internal import APCore
internal import SystemPackage

/// The chunks of an AIFF file.
enum AIFFChunks {
  /// Takes the byte that makes the sound's chunk even off its size, where libsndfile has counted it: readers would take it
  /// for sound.
  ///
  /// - Parameter bytes: those of the samples.
  /// - Throws: `io`.
  static func setLength(_ bytes: Int, in file: FileDescriptor, name: String) throws(FilterError) {
    do {
      guard let place = try FileChunks.size(of: "SSND", bigEndian: true, in: file) else { return }
      // The chunk has an offset and a block's size before the samples.
      _ = try withUnsafeBytes(of: UInt32(truncatingIfNeeded: bytes + 8).bigEndian) {
        try file.writeAll(toAbsoluteOffset: place, $0)
      }
    } catch {
      throw SoundFileOutput.error(writing: name, error)
    }
  }
}
