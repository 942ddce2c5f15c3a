import APCore
import TestSupport
import Testing

@testable import Separation

@Suite struct OverlapAddTests {
  static let loudness = Loudness(mean: 0.125, std: 0.5)

  static func sound(_ frames: Int, channels: Int = 2) -> [Float] {
    Sounds.noise(frames: frames * channels, seed: 5)
  }

  /// Outputs as `[output][frames · channels]`, interleaved.
  static func separate(
    _ samples: [Float], models: [any SegmentSeparator], weights: [[Float]]? = nil,
    settings: PassSettings = PassSettings(), outputs: [StemOutput]? = nil,
    scope: NormalizationScope = .track(Normalization(loudness)), block: Int = 17
  ) throws -> [[Float]] {
    let sources = models[0].sources
    let outputs = try outputs ?? StemOutput.stems([], of: sources)
    let ones = [Float](repeating: 1, count: sources.count)
    let plan = PassPlan(
      bag: zip(models, weights ?? models.map { _ in ones }).map {
        BagMember(separator: $0, segmentFrames: $0.segmentFrames, weights: $1)
      }, settings: settings, sampleRate: models[0].sampleRate)
    var results = [[Float]](repeating: [], count: outputs.count)
    let channels = models[0].channels
    var track = OverlapAdd(
      passes: plan.passes(length: samples.count / channels), outputs: outputs, scope: scope,
      workspace: SegmentWorkspace(for: models))
    func takeFinalFrames() throws {
      while let frames = try track.next() {
        #expect(frames.offset * channels == results[frames.output].count)
        results[frames.output] += frames.samples
      }
    }
    for start in stride(from: 0, to: samples.count, by: block * channels) {
      track.push(Array(samples[start..<min(start + block * channels, samples.count)]).span)
      try takeFinalFrames()
    }
    track.finish()
    try takeFinalFrames()
    return results
  }

  /// The same by the reference's way: all in memory.
  static func reference(
    _ samples: [Float], models: [LinearSeparator], weights: [[Float]]? = nil,
    settings: PassSettings = PassSettings()
  ) -> [[Float]] {
    let channels = models[0].channels
    let normalization = Normalization(loudness)
    let mix = (0..<channels).map { channel in
      stride(from: channel, to: samples.count, by: channels)
        .map { (samples[$0] - normalization.mean) / normalization.scale }
    }
    var apply = ReferenceApply(
      overlap: settings.overlap, segmentSeconds: settings.segmentSeconds,
      random: PythonRandom(seed: settings.seed))
    let ones = [Float](repeating: 1, count: models[0].sources.count)
    let result = apply(
      models, weights: weights ?? models.map { _ in ones }, mix: mix, shifts: settings.shifts)
    return result.map { sound in
      (0..<samples.count).map {
        sound[$0 % channels][$0 / channels] * normalization.scale + normalization.mean
      }
    }
  }

  static func error(_ left: [[Float]], _ right: [[Float]]) -> Float {
    guard left.map(\.count) == right.map(\.count) else { return .infinity }
    return zip(left.joined(), right.joined()).map { abs($0 - $1) }.max() ?? 0
  }

  /// Segments are 60 frames, strides 45: lengths around every edge of both, and many of them.
  @Test(arguments: [
    1, 2, 29, 30, 44, 45, 46, 59, 60, 61, 89, 90, 91, 104, 105, 106, 119, 120, 135, 150, 151, 1000,
  ])
  func everyLengthIsTheReference(frames: Int) throws {
    let samples = Self.sound(frames)
    let models = [LinearSeparator()]
    #expect(
      Self.error(
        try Self.separate(samples, models: models), Self.reference(samples, models: models)) < 1e-5)
  }

  @Test(arguments: [0, 0.1, 0.5, 0.75, 0.97], [1, 59, 60, 61, 333])
  func everyOverlapIsTheReference(overlap: Double, frames: Int) throws {
    let samples = Self.sound(frames)
    let models = [LinearSeparator()]
    let settings = PassSettings(overlap: overlap)
    #expect(
      Self.error(
        try Self.separate(samples, models: models, settings: settings),
        Self.reference(samples, models: models, settings: settings)) < 1e-5)
  }

  @Test(arguments: [0.07, 0.31, 0.6], [1, 30, 31, 62, 200])
  func shorterSegmentsAreTheReference(seconds: Double, frames: Int) throws {
    let samples = Self.sound(frames)
    let models = [LinearSeparator()]
    let settings = PassSettings(segmentSeconds: seconds)
    #expect(
      Self.error(
        try Self.separate(samples, models: models, settings: settings),
        Self.reference(samples, models: models, settings: settings)) < 1e-5)
  }

  /// Segments as long as the shortest model's at most, and steps of a frame at least.
  @Test(
    arguments: [
      (0.25, 1.0, nil), (0.25, 0.04, nil), (0.9, 0.11, nil),
      (0.9, 0.09, "would never reach the end"),
      (0.25, 0.01, "would never reach the end"), (0.25, 1.01, "at most 1.0 seconds, not 1.01"),
    ] as [(Double, Double, String?)])
  func segmentsThatCannotBeAreRefused(overlap: Double, seconds: Double, words: String?) {
    let settings = PassSettings(overlap: overlap, segmentSeconds: seconds)
    guard let words else {
      #expect(throws: Never.self) { try settings.check(segments: [200, 100], rate: 100) }
      return
    }
    let error = #expect(throws: FilterError.self) {
      try settings.check(segments: [200, 100], rate: 100)
    }
    #expect(error?.code == .usage)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  /// A shift is up to 50 frames here: with segments of 31 frames a whole one can lie before the track.
  @Test(arguments: [1, 2, 5], [1, 10, 60, 61, 400])
  func shiftsAreTheReference(shifts: Int, frames: Int) throws {
    let samples = Self.sound(frames)
    let models = [LinearSeparator()]
    for seconds in [nil, 0.31] {
      let settings = PassSettings(segmentSeconds: seconds, shifts: shifts, seed: 7)
      #expect(
        Self.error(
          try Self.separate(samples, models: models, settings: settings),
          Self.reference(samples, models: models, settings: settings)) < 1e-5)
    }
  }

  /// Models of a bag need not have the same segment; each draws its own shifts.
  @Test(arguments: [0, 3])
  func bagsAreTheReference(shifts: Int) throws {
    let samples = Self.sound(500)
    let models = [LinearSeparator(segmentFrames: 60), LinearSeparator(segmentFrames: 81)]
    let weights: [[Float]] = [[1, 0.5, 0], [0, 1.5, 1]]
    let settings = PassSettings(shifts: shifts, seed: 3)
    #expect(
      Self.error(
        try Self.separate(samples, models: models, weights: weights, settings: settings),
        Self.reference(samples, models: models, weights: weights, settings: settings)) < 1e-5)
  }

  /// A model that no asked stem needs is not there, but its shifts are drawn.
  @Test func anUnneededModelChangesNothing() throws {
    let models = [LinearSeparator(segmentFrames: 60), LinearSeparator(segmentFrames: 81)]
    let weights: [[Float]] = [[1, 1, 0], [0, 0, 1]]
    let settings = PassSettings(shifts: 2, seed: 11)
    func passes(of separators: [LinearSeparator?]) -> [SegmentPass] {
      let bag = zip(zip(separators, models), weights).map {
        BagMember(separator: $0.0, segmentFrames: $0.1.segmentFrames, weights: $1)
      }
      return PassPlan(bag: bag, settings: settings, sampleRate: 100).passes(length: 321)
    }
    let all = passes(of: models)
    let one = passes(of: [nil, models[1]])
    #expect(one.map(\.origin) == all.suffix(2).map(\.origin))
    #expect(one.map(\.sourceGains) == all.suffix(2).map(\.sourceGains))
  }

  @Test(arguments: [1, 7, 44, 45, 46, 1000])
  func blocksDoNotShow(block: Int) throws {
    let samples = Self.sound(700)
    let models = [LinearSeparator()]
    let settings = PassSettings(shifts: 2, seed: 1)
    let expected = try Self.separate(samples, models: models, settings: settings, block: 700)
    let result = try Self.separate(samples, models: models, settings: settings, block: block)
    #expect(result == expected)
  }

  /// A track of one segment is its own window.
  @Test(arguments: [1, 31, 60])
  func aSegmentCanNormalizeItself(frames: Int) throws {
    let samples = Self.sound(frames)
    var meter = LoudnessMeter(channels: 2)
    meter.add(samples.span)
    // Without overlap no second segment follows.
    let settings = PassSettings(overlap: 0)
    let models = [LinearSeparator()]
    #expect(
      try Self.separate(samples, models: models, settings: settings, scope: .segment)
        == Self.separate(
          samples, models: models, settings: settings,
          scope: .track(Normalization(meter.loudness))))
  }

  @Test(arguments: [NormalizationScope.segment, .track(Normalization(Loudness(mean: 0, std: 0)))])
  func silenceIsNotDividedByNothing(scope: NormalizationScope) throws {
    let silence = [Float](repeating: 0, count: 2 * 150)
    let result = try Self.separate(silence, models: [LinearSeparator()], scope: scope)
    #expect(result.joined().allSatisfy { abs($0) < 1e-8 })
  }

  @Test func anEmptyTrackIsEmpty() throws {
    let model = LinearSeparator()
    for shifts in [0, 2] {
      let result = try Self.separate(
        [], models: [model], settings: PassSettings(shifts: shifts))
      #expect(result == [[], [], []])
    }
    #expect(model.calls == 0)
  }

  @Test func framesComeOutWhileTheTrackIsRead() throws {
    let model = LinearSeparator()
    var delivered = 0
    var track = OverlapAdd(
      passes: PassPlan(
        bag: [BagMember(separator: model, segmentFrames: 60, weights: [1, 1, 1])],
        settings: PassSettings(), sampleRate: 100
      ).passes(length: nil),
      outputs: try StemOutput.stems(["bass"], of: model.sources), scope: .segment,
      workspace: SegmentWorkspace(for: [model]))
    let block = Self.sound(15)
    for blocks in 1...40 {
      track.push(block.span)
      while let frames = try track.next() { delivered += frames.samples.count / 2 }
      // All that no later segment covers: whole strides, once a whole segment is there.
      let segments = blocks * 15 < 60 ? 0 : (blocks * 15 - 60) / 45 + 1
      #expect(delivered == segments * 45)
    }
  }
}
