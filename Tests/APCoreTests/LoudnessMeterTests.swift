import APCore
import Testing

@Suite struct LoudnessMeterTests {
  /// What Python's `statistics.mean` and `statistics.stdev` say of the mono mix.
  @Test(
    arguments: [
      ([0.5, -0.25, 0.75], 1, 1.0 / 3, 0.520_416_499_866_533_2),
      ([1, 3, 5, 7], 2, 4, 2.828_427_124_746_190_3),
      ([1000.0, 1000.25, 1000.5], 1, 1000.25, 0.25),
      ([0.125], 1, 0.125, 0),
      ([], 2, 0, 0),
    ] as [([Float], Int, Double, Double)])
  func figures(samples: [Float], channels: Int, mean: Double, std: Double) {
    var meter = LoudnessMeter(channels: channels)
    meter.add(samples.span)
    #expect(abs(meter.loudness.mean - mean) < 1e-12)
    #expect(abs(meter.loudness.std - std) < 1e-12)
    #expect(meter.frames == samples.count / channels)
  }

  @Test(arguments: [1, 2, 7, 100])
  func blocksDoNotShow(block: Int) {
    let samples = (0..<1000).map { Float($0 * 7919 % 1000) / 999 - 0.3 }
    var whole = LoudnessMeter(channels: 2)
    whole.add(samples.span)
    var parts = LoudnessMeter(channels: 2)
    for start in stride(from: 0, to: samples.count, by: 2 * block) {
      parts.add(Array(samples[start..<min(start + 2 * block, samples.count)]).span)
    }
    #expect(parts.loudness == whole.loudness)
  }

  @Test func silenceHasNoDeviation() {
    var meter = LoudnessMeter(channels: 2)
    meter.add([Float](repeating: 0.1, count: 2000).span)
    #expect(meter.loudness.std == 0)
  }

  @Test func notANumberShows() {
    var meter = LoudnessMeter(channels: 1)
    meter.add([0, .nan, 1].span)
    #expect(meter.loudness.std.isNaN)
  }
}
