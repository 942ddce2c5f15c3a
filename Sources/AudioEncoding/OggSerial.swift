internal import APCore
internal import SystemPackage

/// The serial number in the pages of an Ogg file (RFC 3533).
enum OggSerial {
  /// Gives every page the serial number 1. libsndfile takes one from the time of day, but the same
  /// stream must give the same file.
  ///
  /// - Throws: `io`.
  static func reset(in file: FileDescriptor, name: String) throws(FilterError) {
    do {
      var page = [UInt8](repeating: 0, count: 27 + 255 + 255 * 255)
      var offset: Int64 = 0
      while true {
        let read = try page.withUnsafeMutableBytes {
          try file.read(fromAbsoluteOffset: offset, into: $0)
        }
        guard read >= 27, page.starts(with: "OggS".utf8) else { return }
        let segments = Int(page[26])
        let size = page[27..<27 + segments].reduce(27 + segments) { $0 + Int($1) }
        guard size <= read else { return }
        page.replaceSubrange(14..<18, with: [1, 0, 0, 0])
        page.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        let sum = checksum(page[..<size])
        for byte in 0..<4 { page[22 + byte] = UInt8(truncatingIfNeeded: sum >> (8 * byte)) }
        _ = try page[..<26].withUnsafeBytes { try file.writeAll(toAbsoluteOffset: offset, $0) }
        offset += Int64(size)
      }
    } catch {
      throw SoundFileOutput.error(writing: name, error)
    }
  }

  /// The CRC-32 of Ogg: polynomial 0x04c11db7, from 0, nothing reflected.
  private static func checksum(_ page: ArraySlice<UInt8>) -> UInt32 {
    page.reduce(0) { sum, byte in sum << 8 ^ table[Int(sum >> 24 ^ UInt32(byte))] }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index) << 24) { value, _ in
      value & 0x8000_0000 == 0 ? value << 1 : value << 1 ^ 0x04c1_1db7
    }
  }
}
