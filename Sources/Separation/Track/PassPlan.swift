/// A model of a bag; one by itself is a bag of one.
package struct BagMember {
  /// The network; nil where no stem that is asked for needs it.
  package let separator: (any SegmentSeparator)?
  /// Frames of a segment in training.
  package let segmentFrames: Int
  /// What its estimate of each source counts, relative to the other models'.
  package let weights: [Float]

  package init(
    separator: (any SegmentSeparator)?, segmentFrames: Int, weights: [Float]
  ) {
    self.separator = separator
    self.segmentFrames = segmentFrames
    self.weights = weights
  }
}

/// How tracks are separated: by which models, and how often (`apply_model` in Demucs).
package struct PassPlan {
  /// At least one has its network.
  let bag: [BagMember]
  let settings: PassSettings
  /// Frames a second.
  let sampleRate: Int

  package init(bag: [BagMember], settings: PassSettings, sampleRate: Int) {
    self.bag = bag
    self.settings = settings
    self.sampleRate = sampleRate
  }

  /// The networks that run.
  package var separators: [any SegmentSeparator] { bag.compactMap(\.separator) }

  /// Whether the passes depend on how long the track is.
  var needsLength: Bool { settings.shifts * bag.count > 1 }

  /// Bytes beside the networks' own that a track takes at most: the mix and the sums of the outputs over the longest
  /// segment and the shift after it, twice, since they lie in arrays that grow, and what is on its way in and out.
  func memory(outputs: Int, channels: Int) -> Int {
    let longest = bag.map(\.segmentFrames).max() ?? 0
    let rows = (1 + outputs) * channels
    return 4 * rows * (longest + sampleRate / 2) * MemoryLayout<Float>.stride
  }

  /// All passes over a track (`apply_model`).
  ///
  /// A shift puts half a second of silence before the track and starts the drawn number of frames
  /// into it. Each model of a bag draws its own shifts, also one that is not needed: the others'
  /// must not depend on which stems are asked for.
  ///
  /// - Parameter length: frames of the track; may be nil if the plan does not need it.
  package func passes(length: Int?) -> [SegmentPass] {
    precondition(length != nil || !needsLength, "length must be given")
    var random = PythonRandom(seed: settings.seed)
    let longestShift = Int(0.5 * Double(sampleRate))
    var passes: [SegmentPass] = []
    for member in bag {
      let grid = SegmentGrid(
        segmentFrames: settings.segmentFrames(training: member.segmentFrames, rate: sampleRate),
        overlap: settings.overlap)
      let gains = gains(of: member)
      for _ in 0..<max(settings.shifts, 1) {
        var origin = 0
        if settings.shifts > 0 {
          origin = random.integer(upTo: longestShift) - longestShift
          // The reference's transformer draws as well, a number below one for each segment
          // (`_get_pos_embedding`), and so decides what the next shift is.
          for _ in 0..<grid.segments(frames: (length ?? 0) - origin) {
            _ = random.integer(upTo: 0)
          }
        }
        guard let separator = member.separator else { continue }
        passes.append(
          SegmentPass(separator: separator, grid: grid, origin: origin, sourceGains: gains))
      }
    }
    return passes
  }

  private func gains(of member: BagMember) -> [Float] {
    member.weights.indices.map { source in
      let total = bag.reduce(0) { $0 + $1.weights[source] }
      return member.weights[source] / total / Float(max(settings.shifts, 1))
    }
  }
}
