internal import APCore
internal import CLibAV
internal import SystemPackage

/// An `InputFile` as libavformat reads it: an `AVIOContext` with a place of its own in the file.
///
/// libavformat never opens a name itself, so no playlist or file can make it read another file or
/// the network.
final class LibAVInput {
  private(set) var context: UnsafeMutablePointer<AVIOContext>?
  /// Why the last read failed, where that was the system's doing.
  private(set) var error: FilterError?
  /// The file's first bytes: its header, behind the tag that an MP3 may have.
  private(set) var head: [UInt8] = []
  /// What the file's pages say, where it is Ogg.
  private(set) var pages: OggPages?
  /// What sorts tags out of a file of frames; nil where libavformat is to see them.
  private var frames: FrameStream?
  /// What of the file has been read, in bytes, and whether that is all.
  private var source: (position: Int64, isAtEnd: Bool) = (0, false)
  /// How far into the file reads have come, in bytes.
  private var farthest: Int64 = 0
  /// Bytes read, or the place in a regular file.
  private var position: Int64 = 0
  private let file: InputFile

  private static let bufferSize: Int32 = 1 << 16

  /// - Parameter sorting: whether only the frames of a file of frames go out. It cannot be seeked in
  ///   then.
  init(_ file: InputFile, sorting: Bool) {
    self.file = file
    frames = sorting ? FrameStream() : nil
    let buffer = av_malloc(Int(Self.bufferSize))?.assumingMemoryBound(to: UInt8.self)
    context = avio_alloc_context(
      buffer, Self.bufferSize, 0, Unmanaged.passUnretained(self).toOpaque(),
      { opaque, buffer, size in
        guard let opaque, let buffer else { return -Errno.invalidArgument.rawValue }
        return Unmanaged<LibAVInput>.fromOpaque(opaque).takeUnretainedValue()
          .read(UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)))
      }, nil, sorting ? nil : Self.seek)
  }

  deinit {
    if let context { av_freep(&context.pointee.buffer) }
    avio_context_free(&context)
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
      let count =
        try frames == nil ? file.read(into: buffer, at: position) : readFrames(into: buffer)
      if position == head.count, head.count < headSize {
        head.append(contentsOf: buffer.prefix(count))
        if position == 0, head.starts(with: "OggS".utf8) { pages = OggPages() }
      }
      pages?.add(buffer.prefix(count), at: position)
      position += Int64(count)
      farthest = max(farthest, position)
      return count == 0 ? ap_averror_eof() : Int32(count)
    } catch {
      self.error = error
      return -Errno.ioError.rawValue
    }
  }

  /// Bytes after the last frame that are neither padding nor a tag that is known.
  var unknownTail: Int { frames?.unknownBytes ?? 0 }

  /// The place in the file of a byte that libavformat has read.
  func place(of byte: Int64) -> Int64 { frames?.place(of: byte) ?? byte }

  private func readFrames(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(FilterError) -> Int {
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

  private static let seek: @convention(c) (UnsafeMutableRawPointer?, Int64, Int32) -> Int64 = {
    opaque, offset, whence in
    guard let opaque else { return -1 }
    let input = Unmanaged<LibAVInput>.fromOpaque(opaque).takeUnretainedValue()
    guard let size = try? input.file.version().size else { return -1 }
    let length = size - input.file.start
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
