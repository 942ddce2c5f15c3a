/// Where the segments of one pass over a track lie, and how much each adds where they overlap
/// (the split in the reference's `apply_model`, transition power 1).
struct SegmentGrid: Equatable {
  /// Frames of a segment.
  let segmentFrames: Int
  /// Frames from one segment's start to the next one's.
  let stride: Int

  /// - Parameters:
  ///   - segmentFrames: frames of a segment, at least 1.
  ///   - overlap: the part of a segment that the next one covers too, at least 0, and less than 1
  ///     by at least a frame.
  init(segmentFrames: Int, overlap: Double) {
    precondition(segmentFrames > 0, "segmentFrames must be positive")
    self.segmentFrames = segmentFrames
    stride = Int((1 - overlap) * Double(segmentFrames))
    precondition((1...segmentFrames).contains(stride), "overlap must leave a stride")
  }

  /// How many segments it takes to cover a track.
  func segments(frames: Int) -> Int {
    (frames + stride - 1) / stride
  }

  /// The triangle's height at a frame of a segment, 1 at its top.
  func weight(_ frame: Int) -> Float {
    let rising = segmentFrames / 2
    let height = frame < rising ? frame + 1 : segmentFrames - frame
    return Float(height) / Float(segmentFrames - rising)
  }

  /// Writes, for each frame of segment `index`, its weight over the sum of the weights of all
  /// segments there.
  ///
  /// The sum is known before the track's end is: a last segment that is short has the beginning of
  /// the same weights, and none follows that would reach before it.
  func shares(ofSegment index: Int, into shares: inout [Float]) {
    for frame in shares.indices {
      var sum: Float = 0
      // The segments that cover this frame, the first one first, as the reference sums them.
      let before = min(index, (segmentFrames - 1 - frame) / stride)
      var other = frame + before * stride
      while other >= 0 {
        sum += weight(other)
        other -= stride
      }
      shares[frame] = weight(frame) / sum
    }
  }
}
