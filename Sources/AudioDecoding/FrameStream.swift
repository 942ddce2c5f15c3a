/// The frames of a file of `FrameFormat`, without the tags and the padding that libavformat takes for
/// damaged frames, or for sound.
///
/// It goes from frame to frame by their sizes, so that nothing inside a frame passes for a tag, and
/// nothing inside a tag (a picture) for a frame. What is between two frames and no tag goes on to the
/// decoder, which meets damage there. All other files go through as they are.
struct FrameStream {
  /// How much that is neither frame nor tag is kept, to see whether frames follow.
  private static let longestGap = 1 << 24

  /// What has been read and belongs to the frames.
  private(set) var output: [UInt8] = []
  /// Bytes after the last frame that nothing explains.
  private(set) var unknownBytes = 0

  private enum State: Equatable {
    case start
    case frames(FrameFormat, kind: Int)
    case anything
  }

  private var state = State.start
  /// What has been read and is not sorted yet, from `position` on.
  private var input: [UInt8] = []
  private var position = 0
  /// The bytes of the frame or tag at `position` that are still to come.
  private var rest = 0
  private var isSkipping = false
  /// The bytes of that tag that have come.
  private var skipped = 0
  /// How many bytes from `position` on are known to be no frame.
  private var gap = 0
  private var hasFrames = false
  /// Places in what went out at which bytes were left out, and how many.
  private var omissions: [(place: Int, bytes: Int)] = []
  private var outputBytes = 0

  /// Takes what was read.
  mutating func add(_ bytes: some Collection<UInt8>) {
    input.append(contentsOf: bytes)
    sort(isEnd: false)
  }

  /// Ends the file.
  mutating func finish() {
    sort(isEnd: true)
    // A tag that says it is longer than the file explains nothing.
    if isSkipping, rest > 0 { unknownBytes = skipped }
  }

  /// Hands out what is ready, as much as there is room for.
  mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, output.count)
    buffer.copyBytes(from: output.prefix(count))
    output.removeFirst(count)
    return count
  }

  /// The place in the file of a byte that went out.
  func place(of byte: Int64) -> Int64 {
    omissions.reduce(byte) { $1.place <= Int(byte) ? $0 + Int64($1.bytes) : $0 }
  }

  private mutating func sort(isEnd: Bool) {
    while step(isEnd: isEnd) {}
    input.removeFirst(position)
    position = 0
  }

  /// - Returns: false where nothing can be done before more is read.
  private mutating func step(isEnd: Bool) -> Bool {
    if position == input.count { return false }
    if rest > 0 {
      pass(min(rest, input.count - position))
      return true
    }
    (isSkipping, skipped) = (false, 0)
    switch state {
    case .start: return begin(isEnd: isEnd)
    case .anything: rest = input.count - position
    case .frames(let format, let kind): return next(format, kind, isEnd: isEnd)
    }
    return true
  }

  /// Moves on, over what belongs to the frames or what does not.
  private mutating func pass(_ count: Int) {
    if isSkipping {
      omissions.append((place: outputBytes, bytes: count))
      skipped += count
    } else {
      output.append(contentsOf: input[position..<position + count])
      outputBytes += count
    }
    position += count
    rest -= count
  }

  /// Finds out which format it is. The first ID3 tag goes on: libavformat reads it.
  private mutating func begin(isEnd: Bool) -> Bool {
    let bytes = input[position...]
    switch bytes.starts(with: "I".utf8) ? AudioTag.find(in: bytes, isEnd: isEnd) : .nothing {
    case .unclear: return false
    case .tag(let size):
      (rest, isSkipping) = (size, outputBytes > 0)
      return true
    case .nothing: break
    }
    for format in FrameFormat.allCases {
      if bytes.count < FrameFormat.headSize, !isEnd { return false }
      guard let frame = format.frame(in: bytes) else { continue }
      let following = bytes.dropFirst(frame.size)
      if following.count < FrameFormat.headSize, !isEnd { return false }
      if following.isEmpty || format.frame(in: following)?.kind == frame.kind
        || AudioTag.find(in: following, isEnd: isEnd) != .nothing
      {
        state = .frames(format, kind: frame.kind)
        return true
      }
    }
    state = .anything
    return true
  }

  private mutating func next(_ format: FrameFormat, _ kind: Int, isEnd: Bool) -> Bool {
    let bytes = input[position...]
    if bytes.count < FrameFormat.headSize, !isEnd { return false }
    if let frame = format.frame(in: bytes), frame.kind == kind,
      frame.size <= bytes.count || !isEnd
    {
      // A frame that the end of the file cuts must not go out in part.
      if frame.size > bytes.count { return false }
      rest = frame.size
      isSkipping = hasFrames && format == .mpegAudio && FrameFormat.isInfo(bytes)
      hasFrames = true
      return true
    }
    switch AudioTag.find(in: bytes, isEnd: isEnd) {
    case .unclear: return false
    case .tag(let size):
      (rest, isSkipping) = (size, true)
      return true
    case .nothing: return search(format, kind, isEnd: isEnd)
    }
  }

  /// Looks for the next frame after what is not one.
  private mutating func search(_ format: FrameFormat, _ kind: Int, isEnd: Bool) -> Bool {
    gap = max(gap, 1)
    while position + gap < input.count {
      let bytes = input[(position + gap)...]
      if bytes.count < FrameFormat.headSize, !isEnd { return false }
      if "AI".utf8.contains(bytes[bytes.startIndex]),
        let size = AudioTag.sized(Array(bytes.prefix(32)))
      {
        gap += size
        continue
      }
      if let frame = format.frame(in: bytes), frame.kind == kind {
        let following = bytes.dropFirst(frame.size)
        if following.count < FrameFormat.headSize, !isEnd { return false }
        if format.frame(in: following)?.kind == kind { break }
      }
      gap += 1
    }
    let isFollowed = position + gap < input.count
    if isFollowed || gap > Self.longestGap {
      if !isFollowed { state = .anything }
      rest = min(gap, input.count - position)
    } else if isEnd {
      leaveTail(format, kind)
    } else {
      return false
    }
    gap = 0
    return true
  }

  /// Leaves out what is after the last frame. The last frame itself may have been cut: it has less
  /// sound than a decoder needs to make any.
  private mutating func leaveTail(_ format: FrameFormat, _ kind: Int) {
    let tail = input[position...]
    let isPartOfFrame = format.frame(in: tail)?.kind == kind || tail.count < 8
    if !isPartOfFrame, !AudioTag.explains(tail) { unknownBytes = tail.count }
    (rest, isSkipping) = (tail.count, true)
  }
}
