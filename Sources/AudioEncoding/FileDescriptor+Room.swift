internal import SystemPackage

extension FileDescriptor {
  /// Moves bytes of a file towards its end.
  func makeRoom(_ distance: Int, before range: Range<Int64>) throws {
    var end = range.upperBound
    // From the back, so that nothing is written over before it has been moved.
    while end > range.lowerBound {
      let start = max(range.lowerBound, end - 1 << 16)
      try writeAll(toAbsoluteOffset: start + Int64(distance), readAll(start..<end))
      end = start
    }
  }

  /// The bytes of a file's part.
  func readAll(_ range: Range<Int64>) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { bytes, filled in
      while filled < range.count {
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(bytes)[filled...])
        let count = try read(fromAbsoluteOffset: range.lowerBound + Int64(filled), into: rest)
        guard count > 0 else { throw Errno.ioError }
        filled += count
      }
    }
  }
}
