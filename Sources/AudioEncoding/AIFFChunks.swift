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
      var chunk = [UInt8](repeating: 0, count: 8)
      var offset: Int64 = 12
      while true {
        let read = try chunk.withUnsafeMutableBytes {
          try file.read(fromAbsoluteOffset: offset, into: $0)
        }
        guard read == 8 else { return }
        if chunk.starts(with: "SSND".utf8) {
          // The chunk has an offset and a block's size before the samples.
          let size = UInt32(truncatingIfNeeded: bytes + 8).bigEndian
          _ = try withUnsafeBytes(of: size) {
            try file.writeAll(toAbsoluteOffset: offset + 4, $0)
          }
          return
        }
        let size = chunk[4...].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        offset += 8 + size + size % 2
      }
    } catch {
      throw FilterError(.io, "Cannot write \(name): \(error).", underlying: error)
    }
  }
}
