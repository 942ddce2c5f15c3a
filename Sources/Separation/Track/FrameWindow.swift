/// A stretch of a planar signal that moves along the track: frames are appended at its end and
/// dropped at its start, and are named by their place in the track.
package struct FrameWindow {
  /// Rows of the signal.
  package let rows: Int
  /// The frames that are held.
  package private(set) var range = 0..<0

  private var storage: [[Float]]
  /// Where the first held frame lies in each row. Rows are moved only when half of them is free.
  private var head = 0

  /// - Parameter rows: channels, or channels of all outputs.
  package init(rows: Int) {
    self.rows = rows
    storage = Array(repeating: [], count: rows)
  }

  /// Appends interleaved frames: `[frames, rows]`.
  package mutating func append(interleaved samples: Span<Float>) {
    let frames = samples.count / rows
    for row in 0..<rows {
      for frame in 0..<frames { storage[row].append(samples[frame * rows + row]) }
    }
    range = range.lowerBound..<range.upperBound + frames
  }

  /// Appends silence up to a frame of the track.
  package mutating func extend(to end: Int) {
    guard end > range.upperBound else { return }
    for row in 0..<rows {
      storage[row].append(contentsOf: repeatElement(0, count: end - range.upperBound))
    }
    range = range.lowerBound..<end
  }

  /// Forgets the frames before `start`.
  package mutating func drop(before start: Int) {
    guard start > range.lowerBound else { return }
    let start = min(start, range.upperBound)
    head += start - range.lowerBound
    range = start..<range.upperBound
    guard head > range.count else { return }
    for row in 0..<rows { storage[row].removeFirst(head) }
    head = 0
  }

  /// The frames of a part of what is held.
  package func with<Result>(
    row: Int, frames: Range<Int>, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    precondition(range.contains(frames), "frames must be held")
    let start = head + frames.lowerBound - range.lowerBound
    return try storage[row].withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[start..<start + frames.count]))
    }
  }

  /// The frames of a part of what is held, to be changed.
  package mutating func withMutable<Result>(
    row: Int, frames: Range<Int>, _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    precondition(range.contains(frames), "frames must be held")
    let start = head + frames.lowerBound - range.lowerBound
    return try storage[row].withUnsafeMutableBufferPointer {
      try body(UnsafeMutableBufferPointer(rebasing: $0[start..<start + frames.count]))
    }
  }
}
