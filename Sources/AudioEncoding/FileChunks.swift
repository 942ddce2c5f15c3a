internal import SystemPackage

/// The chunks of a WAV or AIFF file: a name of four letters, a size, and as many bytes and perhaps one more.
enum FileChunks {
  /// Where the size of a chunk stands; nil where the file has none of that name.
  ///
  /// - Parameter limit: the chunk that is not passed.
  static func size(
    of name: String, before limit: String? = nil, bigEndian: Bool, in file: FileDescriptor
  ) throws -> Int64? {
    var chunk = [UInt8](repeating: 0, count: 8)
    var offset: Int64 = 12
    while true {
      let read = try chunk.withUnsafeMutableBytes {
        try file.read(fromAbsoluteOffset: offset, into: $0)
      }
      guard read == 8 else { return nil }
      if let limit, chunk.starts(with: limit.utf8) { return nil }
      if chunk.starts(with: name.utf8) { return offset + 4 }
      let digits = bigEndian ? Array(chunk[4...]) : chunk[4...].reversed()
      let size = digits.reduce(Int64(0)) { $0 << 8 | Int64($1) }
      offset += 8 + size + size % 2
    }
  }
}
