/// Where a track is cut into windows. All lengths are in frames.
package struct WindowPlan: Sendable, Hashable {
  enum Cuts: Sendable, Hashable {
    case grid(WindowGrid)
    case quietest(QuietestCuts)
  }

  let cuts: Cuts
  /// The most frames a window has.
  package let longest: Int
  /// The frames two neighbours share.
  package let overlap: Int

  private init(_ cuts: Cuts, longest: Int, overlap: Int) {
    self.cuts = cuts
    self.longest = longest
    self.overlap = overlap
  }

  /// Windows of one length, but for the last, which ends with the track.
  ///
  /// - Precondition: `length` is at least 1 and twice the overlap.
  package static func fixed(length: Int, overlap: Int) -> WindowPlan {
    precondition(length >= max(1, 2 * overlap) && overlap >= 0, "overlap must be at most a half")
    return WindowPlan(
      .grid(WindowGrid(stride: length - overlap, longer: 0, overlap: overlap)),
      longest: length, overlap: overlap)
  }

  /// As few windows as reach over `total` frames, of one length give or take a frame.
  ///
  /// Where no count of windows has a length in `lengths`, they are shorter than its lower bound.
  ///
  /// - Precondition: the lower bound is at least twice the overlap, the upper one three times.
  package static func even(lengths: ClosedRange<Int>, overlap: Int, total: Int) -> WindowPlan {
    check(lengths, overlap)
    let longest = lengths.upperBound
    guard total > longest else { return fixed(length: longest, overlap: overlap) }
    let span = total - overlap
    let room = longest - overlap
    let count = span / room + (span % room > 0 ? 1 : 0)
    let grid = WindowGrid(stride: span / count, longer: span % count, overlap: overlap)
    return WindowPlan(.grid(grid), longest: grid.end(0), overlap: overlap)
  }

  /// Windows that end where the sound is quietest within `lengths` from their start.
  ///
  /// - Parameter rate: frames a second; quiet is judged over a fiftieth of a second.
  /// - Precondition: the lower bound is at least twice the overlap, the upper one three times.
  package static func quietest(lengths: ClosedRange<Int>, overlap: Int, rate: Int) -> WindowPlan {
    check(lengths, overlap)
    return WindowPlan(
      .quietest(QuietestCuts(lengths: lengths, overlap: overlap, block: max(1, rate / 50))),
      longest: lengths.upperBound, overlap: overlap)
  }

  /// Where the first `count` windows end; nil where that depends on the sound.
  package func end(ofFirst count: Int) -> Int? {
    guard case .grid(let grid) = cuts else { return nil }
    let (end, isTooFar) = count.multipliedReportingOverflow(by: grid.stride + 1)
    return isTooFar || end > StreamLimits.time.upperBound ? nil : grid.end(count - 1)
  }

  private static func check(_ lengths: ClosedRange<Int>, _ overlap: Int) {
    precondition(
      lengths.lowerBound >= max(1, 2 * overlap) && lengths.upperBound >= 3 * overlap
        && overlap >= 0, "windows must be longer for this overlap")
  }
}

/// Windows whose places follow from their number: each starts `stride` after the one before it,
/// the first `longer` of them one frame more.
struct WindowGrid: Sendable, Hashable {
  let stride: Int
  let longer: Int
  let overlap: Int

  func start(_ index: Int) -> Int {
    index * stride + min(index, longer)
  }

  func end(_ index: Int) -> Int {
    start(index + 1) + overlap
  }

  /// The first window that goes past a frame.
  func firstIndex(endingAfter frame: Int) -> Int {
    let reach = max(0, frame - overlap)
    let switchover = longer * (stride + 1)
    return reach < switchover ? reach / (stride + 1) : longer + (reach - switchover) / stride
  }
}
