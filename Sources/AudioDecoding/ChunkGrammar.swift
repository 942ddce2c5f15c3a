/// The form of a container's chunks: RIFF, IFF, Wave64, CAF, DSF, DSDIFF, MP4, ASF and VOC differ in
/// little but the length, the order and the meaning of a chunk's two first fields.
struct ChunkGrammar {
  /// A chunk's header.
  struct Chunk {
    var name: ArraySlice<UInt8>
    /// The bytes of its content.
    var size: UInt64
    var headerLength: Int
    /// Whether it goes on to the file's end, wherever that is.
    var isToEnd = false
    /// Whether it marks the container's end, and has neither size nor content.
    var isLast = false

    func isNamed(_ text: String) -> Bool { name.elementsEqual(text.utf8) }
  }

  var nameLength = 4
  var sizeLength = 4
  var isBigEndian = false
  /// Whether the size comes before the name.
  var isSizeFirst = false
  /// Whether the size counts the header too.
  var countsHeader = false
  var alignment = 1
  var isWave = false
  /// Names of the chunks that hold sound.
  var sound: [[UInt8]] = []
  /// The name that a whole file begins with.
  var start: [UInt8] = []
  /// The chunk that says which packets or samples are heard.
  var index = ""
  /// The place of the first chunk.
  var first: Int64 = 0

  /// How many bytes of a chunk must be known, as far as its first ones tell: with the header, what
  /// RF64's `ds64` and a list of AVI have in their content.
  func headerLength(_ start: [UInt8]) -> Int {
    if nameLength == 1 { return start.first == 0 || start.isEmpty ? 1 : 4 }
    let length = nameLength + sizeLength
    guard start.count >= length else { return length }
    if start.starts(with: "ds64".utf8) { return length + 16 }
    if start.starts(with: "LIST".utf8) || start.starts(with: "RIFF".utf8) { return length + 4 }
    return isSizeFirst && number(start[..<sizeLength]) == 1 ? length + 8 : length
  }

  /// Reads a chunk's header.
  ///
  /// - Parameter bytes: the first ones of the chunk, as many as `headerLength` asks for unless the
  ///   file ends.
  /// - Returns: nil where no chunk begins so.
  func chunk(_ bytes: [UInt8]) -> Chunk? {
    let length = nameLength + sizeLength
    if nameLength == 1, bytes.first == 0 {
      return Chunk(name: bytes[..<1], size: 0, headerLength: 1, isLast: true)
    }
    guard bytes.count >= length else { return nil }
    let split = isSizeFirst ? sizeLength : nameLength
    let name = isSizeFirst ? bytes[split..<length] : bytes[..<split]
    // A name of four letters is text; so what is none is not part of the container.
    let isName = name.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0xa9 }
    guard nameLength != 4 || isName else { return nil }
    var chunk = Chunk(
      name: name, size: number(isSizeFirst ? bytes[..<split] : bytes[split..<length]),
      headerLength: length)
    if isSizeFirst, chunk.size == 1, bytes.count >= length + 8 {
      chunk.size = number(bytes[length..<length + 8])
      chunk.headerLength += 8
    }
    chunk.isToEnd = isSizeFirst && chunk.size == 0
    guard countsHeader, !chunk.isToEnd else { return chunk }
    guard chunk.size >= chunk.headerLength else { return nil }
    chunk.size -= UInt64(chunk.headerLength)
    return chunk
  }

  /// Whether a chunk holds sound.
  ///
  /// - Parameter content: its first bytes.
  func isSound(_ chunk: Chunk, content: ArraySlice<UInt8>) -> Bool {
    sound.contains { chunk.name.elementsEqual($0) }
      || chunk.isNamed("LIST") && content.starts(with: "movi".utf8)
  }

  /// Whether another file begins with the chunk, and not what a long AVI goes on in.
  func isStart(_ chunk: Chunk, content: ArraySlice<UInt8>) -> Bool {
    chunk.name.elementsEqual(start) && !content.starts(with: "AVIX".utf8)
  }

  func isIndex(_ chunk: Chunk) -> Bool { !index.isEmpty && chunk.isNamed(index) }

  /// Whether a size says that its writer could not know it, which wrote to a pipe: nothing, the
  /// largest number, or about 2 GiB, the largest one that is positive to everybody.
  func isPlaceholder(_ size: UInt64) -> Bool {
    guard nameLength != 1, !isSizeFirst else { return false }
    guard sizeLength == 4 else { return size == 0 || size >= 1 << 62 }
    return size == 0 || size >= 0xffff_0000 || (0x7fff_0000...0x8000_ffff).contains(size)
      || (0x7f00_0000...0x7f00_ffff).contains(size)
  }

  func number(_ bytes: some BidirectionalCollection<UInt8>) -> UInt64 {
    isBigEndian
      ? bytes.reduce(0) { $0 << 8 | UInt64($1) }
      : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
