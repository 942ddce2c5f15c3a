internal import SystemPackage

/// The index of an MP4, its box `moov` (ISO/IEC 14496-12): libavformat writes it last.
struct MP4Index {
  private(set) var bytes: [UInt8]

  /// Puts the index before the sound, so that a player can begin with a pipe's first bytes.
  ///
  /// - Parameter box: what is to stand among the user's data.
  static func finish(_ file: FileDescriptor, adding box: [UInt8]?) throws {
    var places: [String: Range<Int64>] = [:]
    var place: Int64 = 0
    let end = try file.seek(offset: 0, from: .end)
    while place < end {
      let header = try file.readAll(place..<min(place + 16, end))
      guard header.count >= 8 else { break }
      var size = Int64(Self.number(header[0..<4]))
      if size == 1, header.count == 16 { size = Int64(Self.number(header[8..<16])) }
      guard size >= 8, size <= end - place else { break }
      places[Self.name(header)] = place..<place + size
      place += size
    }
    guard let type = places["ftyp"], let movie = places["moov"], movie.upperBound == end else {
      throw Errno.ioError
    }
    var index = MP4Index(bytes: try file.readAll(movie))
    if let box { index.add(userData: box) }
    guard index.shiftOffsets(by: index.bytes.count) else {
      // Of a file so near to 4 GiB the sound stays where it is.
      try file.writeAll(toAbsoluteOffset: movie.lowerBound, index.bytes)
      return
    }
    try file.makeRoom(index.bytes.count, before: type.upperBound..<movie.lowerBound)
    try file.writeAll(toAbsoluteOffset: type.upperBound, index.bytes)
  }

  /// Puts a box behind those that tell of the whole file.
  mutating func add(userData box: [UInt8]) {
    if let data = boxes(["udta"]).first {
      bytes.insert(contentsOf: box, at: data.upperBound)
      set(UInt32(data.count + box.count), at: data.lowerBound)
    } else {
      bytes += Self.box("udta", box)
    }
    set(UInt32(bytes.count), at: 0)
  }

  /// Adds to the places of all pieces of sound.
  ///
  /// - Returns: false where one would be too far for its field; nothing has changed then.
  mutating func shiftOffsets(by distance: Int) -> Bool {
    let table = ["trak", "mdia", "minf", "stbl"]
    var shifted = bytes
    for (name, width) in [("stco", 4), ("co64", 8)] {
      for box in boxes(table + [name]) {
        let count = Int(Self.number(bytes[box.lowerBound + 12..<box.lowerBound + 16]))
        for entry in 0..<count {
          let field =
            box.lowerBound + 16 + entry * width..<box.lowerBound + 16 + (entry + 1) * width
          let place = Self.number(bytes[field]) + UInt64(distance)
          guard width == 8 || place <= UInt32.max else { return false }
          shifted.replaceSubrange(field, with: Self.big(place).suffix(width))
        }
      }
    }
    bytes = shifted
    return true
  }

  /// The boxes that a path of names leads to.
  private func boxes(_ path: [String]) -> [Range<Int>] {
    path.reduce([0..<bytes.count]) { found, name in found.flatMap { children(of: $0, named: name) }
    }
  }

  private func children(of box: Range<Int>, named name: String) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var place = box.lowerBound + 8
    while place + 8 <= box.upperBound {
      let size = Int(Self.number(bytes[place..<place + 4]))
      guard size >= 8, place + size <= box.upperBound else { break }
      if Self.name(bytes[place...]) == name { found.append(place..<place + size) }
      place += size
    }
    return found
  }

  private mutating func set(_ size: UInt32, at place: Int) {
    bytes.replaceSubrange(place..<place + 4, with: Self.big(UInt64(size)).suffix(4))
  }

  /// A box of that name.
  static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
    big(UInt64(8 + content.count)).suffix(4) + name.utf8 + content
  }

  private static func name(_ header: some Collection<UInt8>) -> String {
    String(decoding: header.dropFirst(4).prefix(4), as: UTF8.self)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func big(_ number: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
