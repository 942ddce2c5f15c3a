/// One run of one model over a track: the models of a bag and the shifts make several.
package struct SegmentPass {
  let separator: any SegmentSeparator
  let grid: SegmentGrid
  /// Where the first segment starts in the track: 0, or before it for a shift.
  let origin: Int
  /// What the estimate of each source counts in the result.
  let sourceGains: [Float]
  /// The segment that comes next.
  private(set) var index = 0

  /// Where the next segment starts in the track.
  var start: Int { origin + index * grid.stride }

  init(separator: any SegmentSeparator, grid: SegmentGrid, origin: Int, sourceGains: [Float]) {
    self.separator = separator
    self.grid = grid
    self.origin = origin
    self.sourceGains = sourceGains
  }

  mutating func advance() { index += 1 }
}
