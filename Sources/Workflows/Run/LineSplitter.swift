/// Cuts what a command says into lines.
struct LineSplitter {
  private var line: [UInt8] = []
  private static let longest = 4_096

  /// The lines that bytes complete; none empty, and none of more than 4096 bytes.
  mutating func push(_ bytes: RawSpan) -> [String] {
    var lines: [String] = []
    for index in bytes.byteOffsets {
      let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      // A line that a command writes over again and again ends in a return.
      let isEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      if !isEnd { line.append(byte) }
      if isEnd || line.count == Self.longest { lines += finish() }
    }
    return lines
  }

  /// What follows the last line's end.
  mutating func finish() -> [String] {
    defer { line.removeAll() }
    return line.isEmpty ? [] : [String(decoding: line, as: UTF8.self)]
  }
}
