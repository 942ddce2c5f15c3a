import APCore
import TestSupport
import Testing

@testable import Mixing

@Suite struct SpectralCombinerTests {
  /// Runs a combiner over streams of the same length, and gives what comes out with its places.
  private static func combine(
    _ statistic: Statistic, _ streams: [[Float]], channels: Int = 1, blockFrames: Int = 1_000,
    offset: Int = 0, using combiner: (any Combiner)? = nil
  ) throws -> (start: Int?, samples: [Float]) {
    let combiner =
      try combiner
      ?? SpectralCombiner(statistic, streams: streams.count, channels: channels)
    var output: [Float] = []
    var first: Int?
    func emit(_ start: Int, _ samples: Span<Float>) {
      if first == nil { first = start }
      #expect(start == (first ?? 0) + output.count / channels)
      for index in samples.indices { output.append(samples[index]) }
    }
    let frames = streams[0].count / channels
    for start in stride(from: 0, to: frames, by: blockFrames) {
      let end = min(frames, start + blockFrames)
      let block = AlignedTracks.Block(
        start: offset + start, frames: end - start,
        samples: streams.map { Array($0[start * channels..<end * channels]) })
      try combiner.add(block, emit)
    }
    try combiner.finish(emit)
    return (first, output)
  }

  private static func error(_ left: [Float], _ right: [Float]) -> Float {
    left.count == right.count ? zip(left, right).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }

  /// Around a frame and a hop, and in blocks of any size.
  @Test(arguments: [1, 511, 512, 513, 2_047, 2_048, 2_049, 9_999], [1, 700, 65_536])
  func whatIsTheSameStaysTheSame(frames: Int, blockFrames: Int) throws {
    guard frames < 3_000 || blockFrames > 1 else { return }
    let sound = Sounds.noise(frames: frames, channels: 2)
    for statistic in Statistic.allCases {
      let output = try Self.combine(
        statistic, [sound, sound, sound], channels: 2, blockFrames: blockFrames, offset: 123)
      #expect(output.start == 123)
      #expect(Self.error(output.samples, sound) < 1e-5)
    }
  }

  @Test func theMeanIsThatOfTheSamples() throws {
    let streams = (1...3).map { Sounds.noise(frames: 5_000, seed: $0) }
    let spectral = try Self.combine(.average, streams)
    let plain = try Self.combine(.average, streams, using: SampleCombiner(.average))
    #expect(Self.error(spectral.samples, plain.samples) < 1e-5)
  }

  /// A tone that only one stream has, beside one that both have.
  @Test func theMinimumHasWhatAllHave() throws {
    let low = Sounds.sine(frames: 20_000, frequency: 440)
    let high = Sounds.sine(frames: 20_000, frequency: 5_000)
    let both = zip(low, high).map { $0 + $1 }
    let least = try Self.combine(.minimum, [low, both]).samples[2_048..<18_000]
    let most = try Self.combine(.maximum, [low, both]).samples[2_048..<18_000]
    #expect(Self.error(Array(least), Array(low[2_048..<18_000])) < 1e-3)
    #expect(Self.error(Array(most), Array(both[2_048..<18_000])) < 1e-3)
  }

  /// A frame of silence on both sides of a gap: each side is by itself.
  @Test func aGapStaysAGap() throws {
    let sound = Sounds.noise(frames: 3_000)
    let combiner = try SpectralCombiner(.median, streams: 1, channels: 1)
    var output: [(Int, Int)] = []
    func emit(_ start: Int, _ samples: Span<Float>) {
      if let last = output.last, last.1 == start {
        output[output.count - 1].1 = start + samples.count
      } else {
        output.append((start, start + samples.count))
      }
    }
    for start in [0, 1 << 40] {
      try combiner.add(.init(start: start, frames: 3_000, samples: [sound]), emit)
    }
    try combiner.finish(emit)
    #expect(output.map { [$0.0, $0.1] } == [[0, 3_000], [1 << 40, 1 << 40 + 3_000]])
  }
}
