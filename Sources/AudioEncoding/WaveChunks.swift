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
      var chunk = [UInt8](repeating: 0, count: 8)
      var offset: Int64 = 12
      while true {
        let read = try chunk.withUnsafeMutableBytes {
          try file.read(fromAbsoluteOffset: offset, into: $0)
        }
        guard read == 8, !chunk.starts(with: "data".utf8) else { return }
        if chunk.starts(with: "PEAK".utf8) {
          // Behind the chunk's version.
          _ = try [UInt8](repeating: 0, count: 4).withUnsafeBytes {
            try file.writeAll(toAbsoluteOffset: offset + 12, $0)
          }
          return
        }
        let size = chunk[4...].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        offset += 8 + size + size % 2
      }
    } catch {
      throw FilterError(.io, "Cannot write \(name): \(error).", underlying: error)
    }
  }
}
