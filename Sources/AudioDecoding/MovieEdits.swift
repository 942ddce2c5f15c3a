internal import APCore

/// The edit list of a track (ISO/IEC 14496-12, 8.6.6).
struct MovieEdits {
  struct Entry {
    /// In ticks of the movie; 0: to the end.
    var length: Int64
    /// In ticks of the track; nil for an empty edit.
    var start: Int64?
  }

  var entries: [Entry]
  var movieTimescale: Int64
  var timescale: Int64

  /// Longer silence than this was hardly meant, and costs room.
  private static let longestSilence: Int64 = 3600

  /// - Parameters:
  ///   - movie: the content of the box `moov`.
  ///   - id: the track's number by its header.
  /// - Returns: nil where the track has no list that can be read.
  static func read(
    _ movie: Range<Int64>, track id: Int, of input: LibAVInput
  ) throws(FilterError) -> MovieEdits? {
    let boxes = BoxReader(input: input)
    guard let movieTimescale = try boxes.field("mvhd", in: movie) else { return nil }
    for track in try boxes.all("trak", in: movie) {
      guard try boxes.field("tkhd", in: track) == Int64(id),
        let media = try boxes.all("mdia", in: track).first,
        let timescale = try boxes.field("mdhd", in: media),
        let edits = try boxes.all("edts", in: track).first,
        let list = try boxes.all("elst", in: edits).first
      else { continue }
      let bytes = try input.bytes(list.lowerBound..<min(list.upperBound, list.lowerBound + 1 << 20))
      let entries = entries(bytes, longest: longestSilence * movieTimescale)
      return entries.isEmpty
        ? nil : MovieEdits(entries: entries, movieTimescale: movieTimescale, timescale: timescale)
    }
    return nil
  }

  private static func entries(_ bytes: [UInt8], longest: Int64) -> [Entry] {
    guard bytes.count >= 8 else { return [] }
    let big = ChunkGrammar(isBigEndian: true)
    let width = bytes[0] == 1 ? 8 : 4
    var entries: [Entry] = []
    var place = 8
    while place + 2 * width + 4 <= bytes.count {
      let length = Int64(clamping: big.number(bytes[place..<place + width]))
      let start = signed(bytes[place + width..<place + 2 * width], width: width)
      let rate = signed(bytes[place + 2 * width..<place + 2 * width + 4], width: 4)
      place += 2 * width + 4
      // A rate of 0 is a still, and a sound that stands still is silence.
      let isSilent = start < 0 || rate == 0
      guard start < 1 << 48, length < (isSilent ? longest : 1 << 48) else { return [] }
      entries.append(Entry(length: length, start: isSilent ? nil : start))
    }
    return entries
  }

  private static func signed(_ bytes: ArraySlice<UInt8>, width: Int) -> Int64 {
    let value = ChunkGrammar(isBigEndian: true).number(bytes)
    return width == 8 ? Int64(bitPattern: value) : Int64(Int32(truncatingIfNeeded: value))
  }
}

/// Finds boxes in an MP4.
private struct BoxReader {
  let input: LibAVInput
  private let grammar = ChunkGrammar(isBigEndian: true, isSizeFirst: true, countsHeader: true)

  init(input: LibAVInput) { self.input = input }

  /// The contents of the boxes of a name that lie directly in a range.
  func all(_ name: String, in range: Range<Int64>) throws(FilterError) -> [Range<Int64>] {
    var found: [Range<Int64>] = []
    var place = range.lowerBound
    while place < range.upperBound, found.count < 1000 {
      let header = try input.bytes(place..<min(place + 16, range.upperBound))
      guard let chunk = grammar.chunk(header) else { return found }
      let start = place + Int64(chunk.headerLength)
      let rest = UInt64(range.upperBound - start)
      let end = chunk.isToEnd ? range.upperBound : start + Int64(min(chunk.size, rest))
      if chunk.isNamed(name) { found.append(start..<end) }
      place = end
    }
    return found
  }

  /// The number that a header box has after its two times: the clock, or a track's number.
  func field(_ name: String, in range: Range<Int64>) throws(FilterError) -> Int64? {
    guard let box = try all(name, in: range).first else { return nil }
    let bytes = try input.bytes(box.lowerBound..<min(box.lowerBound + 24, box.upperBound))
    let place = bytes.first == 1 ? 20 : 12
    guard bytes.count >= place + 4 else { return nil }
    let number = grammar.number(bytes[place..<place + 4])
    return number > 0 && number <= 0x7fff_ffff ? Int64(number) : nil
  }
}
