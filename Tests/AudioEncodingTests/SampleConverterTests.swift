import APCore
import TestSupport
import Testing

@testable import AudioEncoding

/// Keeps what it gets.
private final class Kept: SoundSink {
  let name = "memory"
  var floats: [Float] = []
  var shorts: [Int16] = []
  var longs: [Int32] = []

  func write(_ samples: Span<Float>) {
    for index in samples.indices { floats.append(samples[index]) }
  }
  func write(_ samples: Span<Int16>) {
    for index in samples.indices { shorts.append(samples[index]) }
  }
  func write(_ samples: Span<Int32>) {
    for index in samples.indices { longs.append(samples[index]) }
  }
  func finish() {}
}

@Suite struct SampleConverterTests {
  private func convert(
    _ samples: [Float], _ held: SoundFormat.Samples, clip: ClipMode = .none, gain: Float = 1
  ) throws -> (kept: Kept, clipped: Int) {
    let kept = Kept()
    var converter = SampleConverter(
      try SoundFormat(.wav, samples: held), clip: clip, dithers: false)
    converter.gain = gain
    try converter.write(samples.span, to: kept)
    return (kept, converter.clipped)
  }

  /// One step is 1/32768; halves go to the even step.
  static let shorts: [(Float, Int16, Bool)] = [
    (0, 0, false), (0.5, 16_384, false), (-1, -32_768, false), (1, 32_767, true),
    (1.5 / 32_768, 2, false), (2.5 / 32_768, 2, false), (-0.4 / 32_768, 0, false),
    (32_767.4 / 32_768, 32_767, false), (-1.1, -32_768, true), (.nan, 0, true),
    (.infinity, 32_767, true), (-.infinity, -32_768, true), (3e38, 32_767, true),
  ]

  @Test(arguments: shorts) func sixteenBits(sample: Float, step: Int16, clips: Bool) throws {
    let (kept, clipped) = try convert([sample], .int16)
    #expect(kept.shorts == [step])
    #expect(clipped == (clips ? 1 : 0))
  }

  @Test(
    arguments: [
      (0.5, 4_194_304 << 8), (-1, -8_388_608 << 8), (1, 8_388_607 << 8), (1 / 8_388_608, 1 << 8),
    ] as [(Float, Int32)])
  func twentyFourBitsAreTheUpperOfThirtyTwo(sample: Float, step: Int32) throws {
    #expect(try convert([sample], .int24).kept.longs == [step])
  }

  @Test func floatsPassUnlessTheyAreToBeClampedOrMadeQuieter() throws {
    let samples: [Float] = [0.5, -2, 1.5, .infinity]
    #expect(try convert(samples, .float32).kept.floats == samples)
    let clamped = try convert(samples, .float32, clip: .clamp)
    #expect(clamped.kept.floats == [0.5, -1, 1, 1])
    #expect(clamped.clipped == 3)
    #expect(try convert([0.5, -2], .float32, clip: .gain, gain: 0.5).kept.floats == [0.25, -1])
    #expect(try convert([2], .int16, clip: .gain, gain: 0.25).kept.shorts == [16_384])
  }
}
