internal import APCore
internal import SystemPackage

/// The chunks of a WAV file, or of its form for any length, RF64 (EBU Tech 3306).
enum WaveChunks {
  /// Makes the time in a PEAK chunk zero. RF64 has one whatever libsndfile is told, but the same stream must
  /// give the same file.
  ///
  /// - Throws: `io`.
  static func resetTime(in file: FileDescriptor, name: String) throws(FilterError) {
    do {
      let place = try FileChunks.size(of: "PEAK", before: "data", bigEndian: false, in: file)
      guard let place else { return }
      // After the chunk's size and its version.
      _ = try [UInt8](repeating: 0, count: 4).withUnsafeBytes {
        try file.writeAll(toAbsoluteOffset: place + 8, $0)
      }
    } catch {
      throw SoundFileOutput.error(writing: name, error)
    }
  }
}
