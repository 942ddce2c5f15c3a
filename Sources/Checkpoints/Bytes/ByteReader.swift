package import APCore

/// A cursor over bytes of an untrusted file that cannot leave them.
package struct ByteReader {
  /// All of them.
  package let bytes: UnsafeRawBufferPointer
  /// The file, and which part of it this is; both for messages.
  let path: String
  let part: String
  /// From the start of the part.
  package private(set) var offset = 0

  /// A cursor at the first byte.
  ///
  /// - Parameters:
  ///   - path: the file, for messages.
  ///   - part: which part of it this is, for messages.
  package init(_ bytes: UnsafeRawBufferPointer, path: String, part: String) {
    self.bytes = bytes
    self.path = path
    self.part = part
  }

  /// Bytes that are left.
  package var remaining: Int { bytes.count - offset }

  /// The next little-endian integer.
  ///
  /// - Throws: `FilterError.Code.damagedCheckpoint`.
  package mutating func read<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(FilterError) -> T
  {
    let start = try advance(MemoryLayout<T>.size)
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: T.self))
  }

  /// The next `count` bytes, uncopied.
  ///
  /// - Throws: `FilterError.Code.damagedCheckpoint`.
  package mutating func take(_ count: Int) throws(FilterError) -> UnsafeRawBufferPointer {
    let start = try advance(count)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
  }

  /// The next `count` bytes as UTF-8.
  mutating func text(_ count: Int) throws(FilterError) -> String {
    let start = offset
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw damaged("the text at byte \(start) is not valid UTF-8")
    }
    return text
  }

  /// The bytes up to the next line feed as UTF-8; the line feed is skipped.
  mutating func line() throws(FilterError) -> String {
    guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw damaged("a line at byte \(offset) does not end")
    }
    let text = try text(end - offset)
    offset += 1
    return text
  }

  /// An error of this part.
  package func damaged(_ problem: String) -> FilterError {
    .damagedCheckpoint(path, "in \(part), \(problem)")
  }

  private mutating func advance(_ count: Int) throws(FilterError) -> Int {
    guard count >= 0, count <= remaining else {
      throw damaged("\(count) bytes are needed at byte \(offset), but only \(remaining) are left")
    }
    defer { offset += count }
    return offset
  }
}
