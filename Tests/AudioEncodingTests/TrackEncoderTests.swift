import APCore
import Resampling
import TestSupport
import Testing

@testable import AudioEncoding

/// Counts and keeps what it gets.
private final class Kept: SoundSink {
  let name = "memory"
  var samples: [Float] = []
  var largest = 0

  func write(_ span: Span<Float>) {
    largest = max(largest, span.count)
    for index in span.indices { samples.append(span[index]) }
  }
  func write(_ samples: Span<Int16>) {}
  func write(_ samples: Span<Int32>) {}
  func finish() {}
}

@Suite struct TrackEncoderTests {
  private let kept = Kept()

  private func encoder(
    channels: Int = 1, resampler: Resampler? = nil, waits: Bool = false
  ) throws -> TrackEncoder {
    try TrackEncoder(
      kept,
      converter: SampleConverter(
        SoundFormat(.wav, samples: .float32), clip: waits ? .gain : .none, dithers: false),
      channels: channels, resampler: resampler, waits: waits)
  }

  @Test func gapsAreSilence() throws {
    let encoder = try encoder(channels: 2)
    try encoder.take([1, 2], at: 2)
    try encoder.take([3, 4], at: 4)
    try encoder.finish(length: 6)
    #expect(kept.samples == [0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0])
  }

  @Test(arguments: [false, true]) func aLongRecordComesInBlocks(waits: Bool) throws {
    let encoder = try encoder(channels: 2, waits: waits)
    let samples = Sounds.noise(frames: 100_001, channels: 2)
    try encoder.take(samples, at: 0)
    try encoder.finish(length: 100_001)
    if waits {
      #expect(kept.samples.isEmpty)
      #expect(encoder.peak == samples.map(abs).max())
      try encoder.release(gain: 0.5)
    }
    #expect(kept.samples == samples.map { waits ? $0 * 0.5 : $0 })
    #expect(kept.largest == 2 * 16_384)
  }

  /// Also where each frame becomes 192.
  @Test func soDoesWhatIsResampled() throws {
    let resampler = try Resampler(from: 1_000, channels: 1, to: 192_000, channels: 1)
    let encoder = try encoder(resampler: resampler)
    try encoder.take(Sounds.noise(frames: 9_000), at: 20_000)
    try encoder.finish(length: 30_000)
    #expect(kept.samples.count == 30_000 * 192)
    #expect(kept.largest < 65_536)
  }
}
