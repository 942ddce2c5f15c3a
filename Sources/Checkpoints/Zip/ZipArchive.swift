import APCore

/// The table of contents of a ZIP archive whose entries are stored as they are, as torch.save
/// writes them (PKWARE APPNOTE 6.3, with ZIP64).
struct ZipArchive {
  /// Where the bytes of each entry lie in the file.
  let entries: [String: Range<Int>]

  private static let localSignature: UInt32 = 0x0403_4b50
  private static let endSignature: UInt32 = 0x0605_4b50
  private static let end64Signature: UInt32 = 0x0606_4b50
  private static let locatorSignature: UInt32 = 0x0706_4b50
  private static let endSize = 22
  private static let locatorSize = 20

  /// Whether bytes begin like an archive with at least one entry.
  static func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 4 && bytes.loadUnaligned(as: UInt32.self).littleEndian == localSignature
  }

  /// Reads and checks the whole table: nothing compressed or encrypted, no name twice, no entry
  /// outside the file or across another.
  ///
  /// - Throws: `FilterError.Code.damagedCheckpoint`, `.unsupportedCheckpoint`.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FilterError) {
    let directory = try Self.findDirectory(bytes, path: path)
    var reader = ByteReader(
      UnsafeRawBufferPointer(rebasing: bytes[directory.range]), path: path,
      part: "the archive's directory")
    var entries: [String: Range<Int>] = [:]
    var spans: [(start: Int, end: Int, name: String)] = []
    for _ in 0..<directory.count {
      let record = try CentralRecord(&reader)
      let content = try Self.locate(
        record, in: bytes, before: directory.range.lowerBound, path: path)
      guard entries.updateValue(content, forKey: record.name) == nil else {
        throw reader.damaged("the entry \"\(record.name)\" is there twice")
      }
      spans.append((record.offset, content.upperBound, record.name))
    }
    spans.sort { $0.start < $1.start }
    for (left, right) in zip(spans, spans.dropFirst()) where left.end > right.start {
      throw reader.damaged("the entries \"\(left.name)\" and \"\(right.name)\" overlap")
    }
    self.entries = entries
  }

  /// Finds the central directory by the record at the file's end.
  private static func findDirectory(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(FilterError) -> (range: Range<Int>, count: UInt64) {
    let cut = FilterError.damagedCheckpoint(
      path, "the archive has no end record, so the file was cut short or is still being copied")
    guard let end = endOffset(bytes) else { throw cut }
    var reader = ByteReader(
      UnsafeRawBufferPointer(rebasing: bytes[end...]), path: path, part: "the archive's end record")
    _ = try reader.take(4)
    let disks = (try reader.read(UInt16.self), try reader.read(UInt16.self))
    let counts = (try reader.read(UInt16.self), try reader.read(UInt16.self))
    var (size, offset) = (
      UInt64(try reader.read(UInt32.self)), UInt64(try reader.read(UInt32.self))
    )
    var count = UInt64(counts.1)
    var limit = end
    if let end64 = try end64Offset(bytes, before: end, path: path) {
      var wide = ByteReader(
        UnsafeRawBufferPointer(rebasing: bytes[end64..<end]), path: path,
        part: "the archive's ZIP64 end record")
      _ = try wide.take(24)
      let onDisk = try wide.read(UInt64.self)
      count = try wide.read()
      size = try wide.read()
      offset = try wide.read()
      guard onDisk == count else { throw wide.damaged("the counts of entries differ") }
      limit = end64
    } else {
      guard disks == (0, 0), counts.0 == counts.1 else {
        throw reader.damaged("the archive is one of several parts")
      }
    }
    guard offset <= UInt64(limit), size <= UInt64(limit) - offset else {
      throw reader.damaged("the directory lies outside the file")
    }
    return (Int(offset)..<Int(offset + size), count)
  }

  /// Searches backwards, because the end record may carry a comment of up to 65,535 bytes.
  private static func endOffset(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= endSize else { return nil }
    let last = bytes.count - endSize
    return (max(0, last - 65_535)...last).reversed().first { offset in
      let comment = bytes.loadUnaligned(fromByteOffset: offset + 20, as: UInt16.self).littleEndian
      return bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
        == endSignature && Int(comment) == last - offset
    }
  }

  private static func end64Offset(
    _ bytes: UnsafeRawBufferPointer, before end: Int, path: String
  ) throws(FilterError) -> Int? {
    guard
      end >= locatorSize,
      bytes.loadUnaligned(fromByteOffset: end - locatorSize, as: UInt32.self).littleEndian
        == locatorSignature
    else { return nil }
    let offset = bytes.loadUnaligned(fromByteOffset: end - locatorSize + 8, as: UInt64.self)
      .littleEndian
    guard
      offset <= UInt64(end - locatorSize), end - locatorSize - Int(offset) >= 56,
      bytes.loadUnaligned(fromByteOffset: Int(offset), as: UInt32.self).littleEndian
        == end64Signature
    else {
      throw FilterError.damagedCheckpoint(path, "the ZIP64 end record is not where it should be")
    }
    return Int(offset)
  }

  /// Steps over an entry's local header to its bytes.
  private static func locate(
    _ record: CentralRecord, in bytes: UnsafeRawBufferPointer, before directory: Int, path: String
  ) throws(FilterError) -> Range<Int> {
    var reader = ByteReader(
      UnsafeRawBufferPointer(rebasing: bytes[..<directory]), path: path,
      part: "the archive's entry \"\(record.name)\"")
    _ = try reader.take(record.offset)
    guard try reader.read(UInt32.self) == localSignature else {
      throw reader.damaged("the header is not where the directory says")
    }
    _ = try reader.take(22)
    let nameSize = Int(try reader.read(UInt16.self))
    let extraSize = Int(try reader.read(UInt16.self))
    guard try reader.text(nameSize) == record.name else {
      throw reader.damaged("the names in the header and in the directory differ")
    }
    _ = try reader.take(extraSize)
    let start = reader.offset
    _ = try reader.take(record.size)
    return start..<start + record.size
  }
}

/// One entry of the central directory.
private struct CentralRecord {
  let name: String
  let size: Int
  let offset: Int

  init(_ reader: inout ByteReader) throws(FilterError) {
    guard try reader.read(UInt32.self) == 0x0201_4b50 else {
      throw reader.damaged("no entry begins at byte \(reader.offset - 4)")
    }
    _ = try reader.take(4)
    let flags = try reader.read(UInt16.self)
    let method = try reader.read(UInt16.self)
    _ = try reader.take(8)
    let packed = try reader.read(UInt32.self)
    let unpacked = try reader.read(UInt32.self)
    let nameSize = Int(try reader.read(UInt16.self))
    let extraSize = Int(try reader.read(UInt16.self))
    let commentSize = Int(try reader.read(UInt16.self))
    _ = try reader.take(8)
    let offset = try reader.read(UInt32.self)
    name = try reader.text(nameSize)
    var wide = Zip64Extra(try reader.take(extraSize), reader: reader)
    _ = try reader.take(commentSize)

    guard flags & 1 == 0 else {
      throw .unsupportedCheckpoint(reader.path, "its entry \"\(name)\" is encrypted")
    }
    guard method == 0 else {
      throw .unsupportedCheckpoint(
        reader.path, "its entry \"\(name)\" is compressed",
        advice: "torch.save does not compress entries: save the file again with it.")
    }
    let wideUnpacked = try wide.widen(unpacked)
    let widePacked = try wide.widen(packed)
    let wideOffset = try wide.widen(offset)
    guard
      wideUnpacked == widePacked, let size = Int(exactly: wideUnpacked),
      let offset = Int(exactly: wideOffset)
    else { throw reader.damaged("the entry \"\(name)\" has impossible sizes") }
    self.size = size
    self.offset = offset
  }
}

/// The extra field that holds what does not fit 32 bits, in the order size, packed size, offset.
private struct Zip64Extra {
  private var values: ByteReader?

  init(_ extra: UnsafeRawBufferPointer, reader: ByteReader) {
    var fields = ByteReader(extra, path: reader.path, part: "an entry's extra fields")
    while let tag = try? fields.read(UInt16.self), let size = try? fields.read(UInt16.self),
      let body = try? fields.take(Int(size))
    {
      if tag == 1 { values = ByteReader(body, path: reader.path, part: "a ZIP64 extra field") }
    }
  }

  mutating func widen(_ value: UInt32) throws(FilterError) -> UInt64 {
    guard value == .max, values != nil else { return UInt64(value) }
    return try values!.read()
  }
}
