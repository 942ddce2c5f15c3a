/// Cuts one track into windows while it comes in. Holds about two windows at most.
package struct WindowCutter: Sendable {
  private let plan: WindowPlan
  private let channels: Int
  /// The samples from the next window's start on.
  private var buffer: [Float] = []
  private var start = 0
  private var covered = 0
  private var index = 0

  /// A cutter at the start of its track.
  package init(_ plan: WindowPlan, channels: Int) {
    self.plan = plan
    self.channels = channels
  }

  private var available: Int {
    start + buffer.count / channels
  }

  /// Takes samples, and gives each window that they complete to `emit`.
  ///
  /// Absent frames become silence where a window needs them; windows that would hold nothing else
  /// are left out.
  ///
  /// - Parameters:
  ///   - samples: interleaved, [frames × channels].
  ///   - offset: their place in the track, in frames, not before the end of those before.
  ///   - emit: takes a window's start in frames and its samples.
  package mutating func push(
    _ samples: [Float], at offset: Int,
    _ emit: (_ start: Int, _ samples: Span<Float>) throws(FilterError) -> Void
  ) throws(FilterError) {
    precondition(offset >= available, "samples must come in order")
    if offset - available > plan.longest {
      try finish(emit)
      restart(at: offset)
    }
    buffer.append(contentsOf: repeatElement(0, count: (offset - available) * channels))
    buffer.append(contentsOf: samples)
    try drain(isLast: false, emit)
  }

  /// Gives the last windows to `emit`: the track ends with what was pushed.
  package mutating func finish(
    _ emit: (_ start: Int, _ samples: Span<Float>) throws(FilterError) -> Void
  ) throws(FilterError) {
    try drain(isLast: true, emit)
  }

  private mutating func drain(
    isLast: Bool, _ emit: (Int, Span<Float>) throws(FilterError) -> Void
  ) throws(FilterError) {
    var begin = 0
    while let length = nextLength(from: begin, isLast: isLast) {
      try emit(start, buffer.span.extracting(begin..<begin + length * channels))
      covered = start + length
      let advance = max(1, length - plan.overlap)
      begin += advance * channels
      start += advance
      index += 1
    }
    buffer.removeFirst(begin)
  }

  /// The length of the window that starts at `begin` in the buffer; nil where it is not complete.
  private func nextLength(from begin: Int, isLast: Bool) -> Int? {
    let known = (buffer.count - begin) / channels
    guard start + known > covered else { return nil }
    switch plan.cuts {
    case .grid(let grid):
      let length = grid.end(index) - start
      return known >= length ? length : isLast ? known : nil
    case .quietest(let cuts):
      return cuts.length(
        of: buffer.span.extracting(droppingFirst: begin), channels: channels, isLast: isLast)
    }
  }

  private mutating func restart(at offset: Int) {
    buffer.removeAll(keepingCapacity: true)
    switch plan.cuts {
    case .grid(let grid):
      index = grid.firstIndex(endingAfter: offset)
      start = grid.start(index)
    case .quietest:
      start = offset
    }
    covered = start
  }
}
