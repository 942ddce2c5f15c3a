/// One run of one model over a track: the models of a bag and the shifts make several.
struct SeparationPass {
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

/// A model of a bag.
struct BagMember {
  /// The network; nil where no stem that is asked for needs it.
  let separator: (any SegmentSeparator)?
  /// What its estimate of each source counts, relative to the other models'.
  let weights: [Float]
}

extension SeparationPass {
  /// All passes over a track (`apply_model`).
  ///
  /// A shift puts half a second of silence before the track and starts `drawn` frames into it. Each
  /// model of a bag draws its own shifts, also one that is not needed: the others' must not depend
  /// on which stems are asked for.
  static func all(_ bag: [BagMember], settings: SeparationSettings) -> [SeparationPass] {
    var random = PythonRandom(seed: settings.seed)
    let totals = (bag.first?.weights ?? []).indices.map { source in
      bag.reduce(0) { $0 + $1.weights[source] }
    }
    guard let sampleRate = bag.lazy.compactMap(\.separator?.sampleRate).first else { return [] }
    let longestShift = Int(0.5 * Double(sampleRate))
    var passes: [SeparationPass] = []
    for member in bag {
      let origins =
        settings.shifts == 0
        ? [0]
        : (0..<settings.shifts).map { _ in random.integer(upTo: longestShift) - longestShift }
      guard let separator = member.separator else { continue }
      let grid = SegmentGrid(
        segmentFrames: settings.segmentFrames(training: separator.segmentFrames, rate: sampleRate),
        overlap: settings.overlap)
      let gains = zip(member.weights, totals).map { $0 / $1 / Float(origins.count) }
      passes += origins.map {
        SeparationPass(separator: separator, grid: grid, origin: $0, sourceGains: gains)
      }
    }
    return passes
  }
}
