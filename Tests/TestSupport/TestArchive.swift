/// A ZIP archive written by hand, right or wrong.
package struct TestArchive {
  /// A file in it.
  package struct Entry {
    /// Its name.
    package var name: String
    /// Its bytes.
    package var content: [UInt8]
    /// 0: stored.
    package var method: UInt16 = 0
    /// Bit 0: encrypted.
    package var flags: UInt16 = 0
    /// What the directory claims, where it is not the truth.
    package var claimedSize: UInt64?
    /// Where the directory says that it is.
    package var claimedOffset: UInt64?
    /// What is before the bytes, where that is another name.
    package var localName: String?

    /// A stored file.
    package init(name: String, content: [UInt8]) {
      self.name = name
      self.content = content
    }
  }

  /// In their order.
  package var entries: [Entry]
  /// Whether all sizes and offsets stand in ZIP64 fields.
  package var isZip64 = false
  /// What is at the end.
  package var comment: [UInt8] = []
  /// How many entries the end says that there are.
  package var claimedCount: Int?

  /// An archive as torch.save lays it out.
  package init(pickle: [UInt8], storages: [[UInt8]] = []) {
    entries = [
      Entry(name: "x/data.pkl", content: pickle),
      Entry(name: "x/byteorder", content: Array("little".utf8)),
    ]
    for (index, storage) in storages.enumerated() {
      entries.append(Entry(name: "x/data/\(index)", content: storage))
    }
  }

  /// The whole file.
  package var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = entry.claimedOffset ?? UInt64(file.count)
      let size = entry.claimedSize ?? UInt64(entry.content.count)
      let localName = Array((entry.localName ?? entry.name).utf8)
      file += le32(0x0403_4b50) + le16(45) + le16(entry.flags) + le16(entry.method) + le32(0)
      file += le32(0) + narrow(size) + narrow(size) + le16(localName.count) + le16(0) + localName
      file += entry.content
      let extra = isZip64 ? le16(1) + le16(24) + le64(size) + le64(size) + le64(offset) : []
      directory += le32(0x0201_4b50) + le16(45) + le16(45) + le16(entry.flags) + le16(entry.method)
      directory += le32(0) + le32(0) + narrow(size) + narrow(size) + le16(entry.name.utf8.count)
      directory += le16(extra.count) + le16(0) + le16(0) + le16(0) + le32(0) + narrow(offset)
      directory += Array(entry.name.utf8) + extra
    }
    let start = UInt64(file.count)
    let count = claimedCount ?? entries.count
    file += directory
    if isZip64 {
      let end = UInt64(file.count)
      file += le32(0x0606_4b50) + le64(44) + le16(45) + le16(45) + le32(0) + le32(0)
      file +=
        le64(UInt64(count)) + le64(UInt64(count)) + le64(UInt64(directory.count)) + le64(start)
      file += le32(0x0706_4b50) + le32(0) + le64(end) + le32(1)
    }
    let shown = isZip64 ? 0xffff : count
    file += le32(0x0605_4b50) + le16(0) + le16(0) + le16(shown) + le16(shown)
    file += narrow(UInt64(directory.count)) + narrow(start) + le16(comment.count) + comment
    return file
  }

  private func narrow(_ value: UInt64) -> [UInt8] {
    le32(isZip64 ? .max : UInt32(truncatingIfNeeded: value))
  }
}

/// Bytes, the lowest first.
package func le16(_ value: some BinaryInteger) -> [UInt8] {
  little(UInt16(truncatingIfNeeded: value))
}
/// Bytes, the lowest first.
package func le32(_ value: UInt32) -> [UInt8] { little(value) }
/// Bytes, the lowest first.
package func le64(_ value: UInt64) -> [UInt8] { little(value) }

private func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian, Array.init)
}

/// The words of a pickle of protocol 2, for pickles written by hand.
package enum TestPickle {
  /// A text.
  package static func string(_ text: String) -> [UInt8] {
    [UInt8(ascii: "X")] + le32(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  /// A whole number.
  package static func int(_ value: Int32) -> [UInt8] {
    [UInt8(ascii: "J")] + le32(UInt32(bitPattern: value))
  }

  /// A whole pickle whose value is `{"state": {"t": tensor}}`.
  ///
  /// - Parameters:
  ///   - wrapper: another name than `state`; nil for `{"t": tensor}`.
  ///   - count: elements that the storage claims.
  ///   - shape: as instructions that leave a tuple.
  package static func tensor(
    in wrapper: String? = "state", storage: String = "FloatStorage", key: String = "0",
    count: Int32, offset: Int32 = 0, shape: [Int32], strides: [Int32]
  ) -> [UInt8] {
    let opened = wrapper.map { Array("}".utf8) + string($0) } ?? []
    return [0x80, 2] + opened + Array("}".utf8) + string("t")
      + rebuilt(
        storage: storage, key: key, count: count, offset: offset, shape: shape, strides: strides)
      + Array((wrapper == nil ? "s." : "ss.").utf8)
  }

  /// The instructions that leave a tensor, as `torch._utils._rebuild_tensor_v2` is called for it.
  package static func rebuilt(
    storage: String, key: String, count: Int32, offset: Int32 = 0, shape: [Int32],
    strides: [Int32]
  ) -> [UInt8] {
    var text: [UInt8] = Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + string("storage")
    text += Array("ctorch\n\(storage)\n".utf8) + string(key) + string("cpu") + int(count)
    text += Array("tQ".utf8) + int(offset)
    for sizes in [shape, strides] {
      text += Array("(".utf8) + sizes.flatMap(int) + Array("t".utf8)
    }
    return text + [0x89] + Array("}tR".utf8)
  }
}
