extension String {
  /// The text of a file that a person wrote: UTF-8, without the byte-order mark that some editors
  /// put first. Nil where the bytes are not UTF-8.
  package init?(textFile bytes: [UInt8]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    self.init(validating: text, as: UTF8.self)
  }
}
