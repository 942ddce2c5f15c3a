/// Walks along the chunks of a container and learns where its sound ends by the word of its headers.
///
/// libavformat takes the file's own end for it in most containers, and so does not see that a file was
/// cut, or that something else follows. Bytes go in, places come out: there is no I/O here.
struct ChunkWalk {
  /// The place after the sound's last byte; nil where no header says it.
  private(set) var soundEnd: Int64?
  /// The place after the container's last byte; nil where nothing says it. What follows is not part of
  /// it.
  private(set) var end: Int64?
  /// Bytes from `end` on, where the file has any: all, unless they are very many.
  private(set) var tail: [UInt8] = []
  /// The place where libavformat must take the file's end to be.
  private(set) var limit: Int64?
  /// The content of the first chunk that says which packets or samples are heard: `pakt`, `moov`.
  private(set) var index: Range<Int64>?
  /// Whether the sound goes on to the end of the file, whatever the size in its header.
  private(set) var isOpen = false
  /// Whether the sound is longer than its header's 32 bits can say.
  private(set) var isWrapped = false
  /// Whether it is an MP4 or QuickTime movie.
  var isMovie: Bool { grammar?.isSizeFirst == true }
  /// Whether the sizes of a WAV file are to be ignored.
  var ignoresLength: Bool { grammar?.isWave == true && (isOpen || isWrapped) }
  /// The place of the next header; nil where all is known.
  private(set) var next: Int64? = 0

  private var grammar: ChunkGrammar?
  private var isAtTail = false
  /// The longest tail that is looked into.
  private static let longestTail = 1 << 24
  /// The bytes from `next` on, as many as have come.
  private var pending: [UInt8] = []
  /// The place of the last chunk after the sound.
  private var lastChunk: Int64?
  /// The sound's bytes by RF64's `ds64`.
  private var longSize: UInt64?
  /// The file's size; nil for a pipe.
  private let fileSize: Int64?
  /// A hostile file may consist of nothing but headers.
  private var chunksLeft = 1 << 18

  /// - Parameter hasHeaders: whether there is anything to learn; false for samples alone.
  init(fileSize: Int64?, hasHeaders: Bool = true) {
    self.fileSize = fileSize
    if !hasHeaders { next = nil }
  }

  /// The place of the bytes that are to come next; nil where all is known.
  var wanted: Int64? { next.map { $0 + Int64(pending.count) } }

  /// Takes some of the file's bytes; those at `wanted` count.
  mutating func add(_ bytes: UnsafeRawBufferPointer, at position: Int64) {
    while let wanted {
      let lacking = wantedLength - pending.count
      if lacking <= 0 {
        step()
      } else {
        let start = wanted - position
        guard start >= 0, start < bytes.count else { return }
        pending += bytes[Int(start)...].prefix(lacking)
      }
    }
  }

  /// Takes the news that the file has no more bytes.
  mutating func finish(size: Int64) {
    while next != nil, !pending.isEmpty { step() }
    // What is longer than the file is not a chunk, but text that looks like one.
    if end == nil, let lastChunk, let next, next > size + 8 { end = lastChunk }
    next = nil
  }

  /// How many bytes at `next` must be known.
  private var wantedLength: Int {
    if isAtTail { return Self.longestTail }
    return grammar?.headerLength(pending) ?? ContainerKind.magicLength
  }

  private mutating func step() {
    guard let place = next else { return }
    read(at: place)
    guard let next else { return }
    pending.removeFirst(Int(min(next - place, Int64(pending.count))))
  }

  private mutating func read(at place: Int64) {
    guard !isAtTail else {
      (tail, next) = (pending, nil)
      return
    }
    guard let grammar else { return begin() }
    chunksLeft -= 1
    guard chunksLeft > 0, let chunk = grammar.chunk(pending) else {
      // Past the sound, what is not a chunk is not part of the container.
      if soundEnd != nil { close(at: place) } else { next = nil }
      return
    }
    guard !chunk.isLast else { return close(at: place + 1) }
    let content = pending.dropFirst(chunk.headerLength)
    // A movie may begin with its samples; its index is in it all the same.
    if soundEnd != nil, index != nil || !grammar.isSizeFirst {
      let isTag = ["TAG", "APET", "LYRI"].contains { chunk.name.starts(with: $0.utf8) }
      if isTag || chunk.size >= 1 << 60 || grammar.isStart(chunk, content: content) {
        return close(at: place)
      }
      lastChunk = place
    }
    visit(chunk, at: place, content, grammar)
  }

  /// Looks at nothing more but what follows the container.
  private mutating func close(at place: Int64) {
    (end, next, isAtTail) = (place, place, true)
    limit = limit ?? place
  }

  private mutating func begin() {
    guard let (grammar, end) = ContainerKind.chunks(pending) else {
      (soundEnd, next) = (ContainerKind.plainEnd(pending), nil)
      if let soundEnd { close(at: soundEnd) }
      return
    }
    (self.grammar, self.end, next) = (grammar, end, grammar.first)
  }

  private mutating func visit(
    _ chunk: ChunkGrammar.Chunk, at place: Int64, _ content: ArraySlice<UInt8>,
    _ grammar: ChunkGrammar
  ) {
    let start = place + Int64(chunk.headerLength)
    var size = chunk.size
    next = nil
    if chunk.isNamed("ds64"), content.count >= 16 {
      longSize = grammar.number(content.dropFirst(8).prefix(8))
    }
    if grammar.isSound(chunk, content: content) {
      if let longSize, size == 0xffff_ffff { size = longSize }
      // A sound without a frame has a size of 0 too; but more chunks then follow, or nothing.
      let isEmpty = size == 0 && (end ?? 0) > start
      if isEmpty { limit = start }
      if chunk.isToEnd || grammar.isPlaceholder(size), !isEmpty {
        (isOpen, soundEnd, end) = (true, nil, nil)
        return
      }
      unwrap(&size, from: start, grammar)
    }
    guard size < 1 << 60, !chunk.isToEnd else { return }
    let chunkEnd = start + Int64(size)
    if grammar.isSound(chunk, content: content) {
      // A VOC file's last block, one byte, must follow.
      lastChunk = nil
      soundEnd = chunkEnd + (grammar.nameLength == 1 ? 1 : 0)
      // A container that ends before its sound does has no word to be taken.
      if let end, end < chunkEnd { self.end = nil }
      if let end { return close(at: end) }
    } else if grammar.isIndex(chunk) {
      index = index ?? start..<chunkEnd
    }
    let padding = (grammar.alignment - Int(size) % grammar.alignment) % grammar.alignment
    next = chunk.isNamed("RIFF") ? start + 4 : chunkEnd + Int64(padding)
  }

  /// Brings a size for which 32 bits were too few to what it was, where the file's own size says that
  /// just some 4 GiB are missing.
  private mutating func unwrap(_ size: inout UInt64, from start: Int64, _ grammar: ChunkGrammar) {
    guard grammar.sizeLength == 4, let fileSize, fileSize - start >= Int64(size) + 1 << 32 else {
      return
    }
    let rest = UInt64(fileSize - start) - size
    let isContainerWrapped = end.map { (fileSize - $0) & 0xffff_fffe == 0 } ?? false
    guard isContainerWrapped || rest & 0xffff_fffe == 0 else { return }
    size += rest & ~0xffff_ffff
    (isWrapped, end) = (true, nil)
  }
}
