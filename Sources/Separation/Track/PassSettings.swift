package import APCore

/// How a track is cut, and how often it is separated.
package struct PassSettings: Sendable, Equatable {
  /// The part of a segment that the next one covers too, from 0 on and less than 1.
  package var overlap = 0.25
  /// Seconds of a segment, at most what the model was trained with; nil: that.
  package var segmentSeconds: Double?
  /// How many randomly shifted passes are averaged; 0: one without a shift.
  package var shifts = 0
  /// What the shifts are drawn from.
  package var seed: UInt64 = 0

  /// The reference's defaults, but without shifts.
  package init(
    overlap: Double = 0.25, segmentSeconds: Double? = nil, shifts: Int = 0, seed: UInt64 = 0
  ) {
    self.overlap = overlap
    self.segmentSeconds = segmentSeconds
    self.shifts = shifts
    self.seed = seed
  }

  /// Frames of a segment for a model that was trained with `training` frames.
  func segmentFrames(training: Int, rate: Int) -> Int {
    segmentSeconds.map { Int($0 * Double(rate)) } ?? training
  }

  /// Checks that the models can take such segments.
  ///
  /// - Parameters:
  ///   - segments: the training length of each model in frames.
  ///   - rate: frames a second.
  /// - Throws: `usage`.
  package func check(segments: [Int], rate: Int) throws(FilterError) {
    let longest = segments.min() ?? 0
    if let segmentSeconds, segmentSeconds * Double(rate) >= Double(longest + 1) {
      throw FilterError(
        .usage,
        "The model takes segments of at most \(Double(longest) / Double(rate)) seconds, not "
          + "\(segmentSeconds).",
        advice: "Leave --segment out, or give a smaller one.")
    }
    let frames = segmentFrames(training: longest, rate: rate)
    guard (1 - overlap) * Double(frames) >= 1 else {
      throw FilterError(
        .usage,
        "Segments of \(frames) frames that overlap by \(overlap) would never reach the end.",
        advice: "Give a longer --segment or a smaller --overlap.")
    }
  }
}
