/// Files in which libavformat goes back and forth, so that it cannot read them from a pipe.
enum SeekingFormat {
  /// The bytes of a file's start that are looked at.
  static let headSize = 4096

  /// Whether a file of that kind begins so.
  ///
  /// - Parameter head: the file's first bytes, `headSize` of them unless it is shorter.
  static func begins(_ head: ArraySlice<UInt8>) -> Bool {
    let head = Array(head)
    guard let (grammar, _) = ContainerKind.chunks(head) else { return false }
    let chunks = chunks(head, grammar)
    func place(_ name: String) -> Int? { chunks.firstIndex { $0.name == Array(name.utf8) } }
    if grammar.isSizeFirst {
      // An edit list may go back, and most movies have it after the sound; those in fragments are
      // made to be read from start to end.
      guard let movie = place("moov") else { return true }
      return !self.chunks(chunks[movie].content, grammar).contains { $0.name == Array("mvex".utf8) }
    }
    if head.starts(with: "caff".utf8) {
      // The table of packets may follow them.
      let plain = ["lpcm", "ulaw", "alaw"]
      return !plain.contains { head.dropFirst(28).starts(with: $0.utf8) }
    }
    if head.starts(with: "FORM".utf8) {
      guard let format = place("COMM") ?? place("VHDR") else { return true }
      return place("SSND").map { $0 < format } ?? false
    }
    return false
  }

  /// The chunks that begin in a file's first bytes, and of each what is there.
  private static func chunks(
    _ head: [UInt8], _ grammar: ChunkGrammar
  ) -> [(name: [UInt8], content: [UInt8])] {
    var found: [(name: [UInt8], content: [UInt8])] = []
    var rest = head.dropFirst(Int(grammar.first))
    while let chunk = grammar.chunk(Array(rest.prefix(ContainerKind.magicLength))) {
      let content = rest.dropFirst(chunk.headerLength)
      let size = Int(clamping: chunk.size)
      found.append((Array(chunk.name), Array(content.prefix(size))))
      guard size < content.count, !chunk.isToEnd else { break }
      rest = content.dropFirst(size + (grammar.alignment == 2 ? size % 2 : 0))
    }
    return found
  }
}
