/// The containers whose headers tell where their sound ends.
enum ContainerKind {
  /// The bytes of a file's start that tell its kind.
  static let magicLength = 40

  /// The form of a file's chunks, and where the whole ends by the word of its first bytes.
  ///
  /// - Parameter head: the file's first bytes, `magicLength` of them unless it is shorter.
  /// - Returns: nil for what has no chunks.
  static func chunks(_ head: [UInt8]) -> (grammar: ChunkGrammar, end: Int64?)? {
    func has(_ text: String, at place: Int = 0) -> Bool {
      head.dropFirst(place).starts(with: text.utf8)
    }
    if ["RIFF", "RIFX", "RF64", "BW64"].contains(where: { has($0) }) {
      let grammar = ChunkGrammar(
        isBigEndian: has("RIFX"), alignment: 2, isWave: has("WAVE", at: 8), sound: names("data"),
        start: Array(head[..<4]), first: 12)
      // A long AVI goes on in more RIFF chunks.
      return (grammar, has("AVI ", at: 8) ? nil : end(head, at: 4, from: 8, grammar))
    }
    if has("FORM") {
      let grammar = ChunkGrammar(
        isBigEndian: true, alignment: 2, sound: names("SSND", "BODY"), first: 12)
      return (grammar, end(head, at: 4, from: 8, grammar))
    }
    if has("FRM8") {
      let grammar = ChunkGrammar(
        sizeLength: 8, isBigEndian: true, alignment: 2, sound: names("DSD ", "DST "), first: 16)
      return (grammar, end(head, at: 4, from: 12, grammar))
    }
    if has("DSD ") {
      let grammar = ChunkGrammar(sizeLength: 8, countsHeader: true, sound: names("data"))
      return (grammar, end(head, at: 12, from: 0, grammar))
    }
    if has("riff") {
      let data =
        Array("data".utf8) + [0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a]
      let grammar = ChunkGrammar(
        nameLength: 16, sizeLength: 8, countsHeader: true, alignment: 8, sound: [data], first: 40)
      return (grammar, end(head, at: 16, from: 0, grammar))
    }
    if has("caff") {
      return (
        ChunkGrammar(
          sizeLength: 8, isBigEndian: true, sound: names("data"), start: Array(head[..<4]),
          index: "pakt", first: 8), nil
      )
    }
    if head.starts(with: asfHeader) {
      let grammar = ChunkGrammar(
        nameLength: 16, sizeLength: 8, countsHeader: true, sound: [asfData], start: asfHeader)
      return (grammar, nil)
    }
    if has("Creative Voice File\u{1a}"), head.count >= 22 {
      let first = Int64(head[20]) | Int64(head[21]) << 8
      // Type 0 ends the file, 1, 2 and 9 are sound, and so is 3, silence.
      let grammar = ChunkGrammar(
        nameLength: 1, sizeLength: 3, sound: [[1], [2], [3], [9]], first: first)
      return (grammar, nil)
    }
    if ["ftyp", "styp", "moov", "mdat", "wide", "free", "skip", "pnot"].contains(where: {
      has($0, at: 4)
    }) {
      let grammar = ChunkGrammar(
        isBigEndian: true, isSizeFirst: true, countsHeader: true, sound: names("mdat", "moof"),
        start: Array("ftyp".utf8), index: "moov")
      return (grammar, nil)
    }
    return nil
  }

  /// The end of the sound in a file that has a header and then nothing but sound.
  static func plainEnd(_ head: [UInt8]) -> Int64? {
    let big = ChunkGrammar(isBigEndian: true), little = ChunkGrammar()
    if head.starts(with: ".snd".utf8), head.count >= 12 {
      let size = big.number(head[8..<12])
      return big.isPlaceholder(size) ? nil : Int64(big.number(head[4..<8]) + size)
    }
    if head.starts(with: ".SoX".utf8), head.count >= 16 {
      let count = little.number(head[8..<16])
      return count == 0 || count >= 1 << 60
        ? nil : Int64(4 + little.number(head[4..<8]) + 4 * count)
    }
    return nil
  }

  private static func names(_ names: String...) -> [[UInt8]] { names.map { Array($0.utf8) } }

  /// The end by a container's size at that place; nil where the size is a placeholder.
  private static func end(
    _ head: [UInt8], at place: Int, from start: Int64, _ grammar: ChunkGrammar
  ) -> Int64? {
    guard head.count >= place + grammar.sizeLength else { return nil }
    let size = grammar.number(head[place..<place + grammar.sizeLength])
    return grammar.isPlaceholder(size) || size >= 1 << 60 ? nil : start + Int64(size)
  }

  private static let asfHeader: [UInt8] = [
    0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0, 0xaa, 0, 0x62, 0xce, 0x6c,
  ]
  private static let asfData: [UInt8] = [
    0x36, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0, 0xaa, 0, 0x62, 0xce, 0x6c,
  ]
}
