internal import APCore
internal import CLibAV
internal import SystemPackage

/// An `InputFile` as libavformat reads it: an `AVIOContext` with a place of its own in the file.
final class LibAVInput {
  private(set) var context: UnsafeMutablePointer<AVIOContext>?
  /// Why the last read failed, where that was the system's doing.
  private(set) var error: FilterError?
  /// The file's first bytes: its header, after the tag that an MP3 may have.
  private(set) var head: [UInt8] = []
  /// What the file's pages say, where it is Ogg.
  private(set) var pages: OggPages?
  /// What sorts tags out of a file of frames; nil where libavformat is to see them.
  private var frames: FrameStream?
  /// What of the file has been read, in bytes, and whether that is all.
  private var source: (position: Int64, isAtEnd: Bool) = (0, false)
  /// What the headers say of the sound's place: all of it in a regular file, in a pipe what has come.
  private(set) var walk: ChunkWalk
  /// How far into the file reads have come, in bytes.
  private var farthest: Int64 = 0
  /// Bytes read, or the place in a regular file.
  private var position: Int64 = 0
  private let file: InputFile

  private static let bufferSize: Int32 = 1 << 16

  /// - Parameter sorting: whether only the frames of a file of frames go out. It cannot be seeked in
  ///   then.
  /// - Throws: `io`.
  init(_ file: InputFile, sorting: Bool) throws(FilterError) {
    self.file = file
    frames = sorting ? FrameStream() : nil
    walk = ChunkWalk(
      fileSize: file.isRegular ? try file.version().size - file.start : nil,
      hasHeaders: file.raw == nil)
    try survey()
    let buffer = av_malloc(Int(Self.bufferSize))?.assumingMemoryBound(to: UInt8.self)
    context = avio_alloc_context(
      buffer, Self.bufferSize, 0, Unmanaged.passUnretained(self).toOpaque(),
      { opaque, buffer, size in
        guard let opaque, let buffer else { return -Errno.invalidArgument.rawValue }
        return Unmanaged<LibAVInput>.fromOpaque(opaque).takeUnretainedValue()
          .read(UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)))
      }, nil, sorting || walk.ignoresLength || !file.isRegular ? nil : Self.seek)
  }

  /// Looks at a regular file's headers, all over it.
  private func survey() throws(FilterError) {
    guard file.isRegular else { return }
    try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) {
      buffer throws(FilterError) in
      while let place = walk.wanted {
        let count = try file.read(into: buffer, at: place)
        walk.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: place)
        if count < buffer.count { walk.finish(size: size) }
      }
    }
  }

  /// Bytes of a regular file, fewer at its end; of a pipe, those of its head.
  func bytes(_ range: Range<Int64>) throws(FilterError) -> [UInt8] {
    guard file.isRegular else {
      return Array(head.dropFirst(Int(range.lowerBound)).prefix(range.count))
    }
    return try withUnsafeTemporaryAllocation(byteCount: range.count, alignment: 16) {
      buffer throws(FilterError) in
      let count = try file.read(into: buffer, at: range.lowerBound)
      return Array(buffer[..<count])
    }
  }

  /// Reads a pipe to its end.
  func drain() throws(FilterError) {
    guard !file.isRegular else { return }
    try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) {
      buffer throws(FilterError) in
      while true {
        let count = try next(into: buffer)
        take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if count == 0 { return }
      }
    }
  }

  deinit {
    if let context { av_freep(&context.pointee.buffer) }
    avio_context_free(&context)
  }

  /// How many bytes follow the container, as far as has been read.
  var surplus: Int64 { walk.end.map { max(0, size - $0) } ?? 0 }

  /// Bytes after the sound that are neither padding nor a tag that is known.
  var unknownTail: Int {
    // Some writers leave their last chunk out of the container's size, or the byte that makes a
    // chunk's length even.
    let isChunk = ["LIST", "id3 "].contains { walk.tail.starts(with: $0.utf8) }
    let isKnown =
      surplus <= 1 || isChunk || surplus == walk.tail.count && AudioTag.explains(walk.tail[...])
    return (frames?.unknownBytes ?? 0) + (isKnown ? 0 : Int(surplus))
  }

  /// The file's size in bytes; of a pipe, what has come so far.
  var size: Int64 {
    // A seek may pass over a file's last part unread.
    guard file.isRegular, let size = try? file.version().size else { return farthest }
    return size - file.start
  }

  private var headSize: Int { min(ID3Header.size(head), 1 << 24) + 4096 }

  private func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int32 {
    do {
      let start = position
      guard start < walk.limit ?? .max else { return ap_averror_eof() }
      let count = try next(into: buffer)
      take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      let kept = min(Int64(count), max(0, (walk.limit ?? .max) - start))
      return kept == 0 ? ap_averror_eof() : Int32(kept)
    } catch {
      self.error = error
      return -Errno.ioError.rawValue
    }
  }

  /// The place in the file of a byte that libavformat has read.
  func place(of byte: Int64) -> Int64 { frames?.place(of: byte) ?? byte }

  /// Reads what libavformat is to see.
  private func next(into buffer: UnsafeMutableRawBufferPointer) throws(FilterError) -> Int {
    guard frames != nil else { return try file.read(into: buffer, at: position) }
    while frames?.output.isEmpty == true, !source.isAtEnd {
      try withUnsafeTemporaryAllocation(byteCount: Int(Self.bufferSize), alignment: 16) {
        block throws(FilterError) in
        let count = try file.read(into: block, at: source.position)
        frames?.add(block.prefix(count))
        source = (source.position + Int64(count), count == 0)
      }
      if source.isAtEnd { frames?.finish() }
    }
    return frames?.take(into: buffer) ?? 0
  }

  /// Remembers what must be known of the bytes at `position`; none are the end of the file.
  private func take(_ bytes: UnsafeRawBufferPointer) {
    if position == head.count, head.count < headSize {
      head.append(contentsOf: bytes)
      if position == 0, file.raw == nil, head.starts(with: "OggS".utf8) { pages = OggPages() }
    }
    pages?.add(bytes, at: position)
    if !file.isRegular {
      walk.add(bytes, at: position)
      if bytes.isEmpty { walk.finish(size: position) }
    }
    position += Int64(bytes.count)
    farthest = max(farthest, position)
  }

  private static let seek: @convention(c) (UnsafeMutableRawPointer?, Int64, Int32) -> Int64 = {
    opaque, offset, whence in
    guard let opaque else { return -1 }
    let input = Unmanaged<LibAVInput>.fromOpaque(opaque).takeUnretainedValue()
    guard let size = try? input.file.version().size else { return -1 }
    let length = min(size - input.file.start, input.walk.limit ?? .max)
    switch whence & ~AVSEEK_FORCE {
    case AVSEEK_SIZE: return length
    case 0: input.position = offset
    case 1: input.position += offset
    case 2: input.position = length + offset
    default: return -1
    }
    return input.position
  }
}
