import APCore
import Foundation
import Resampling
import Testing

@Suite struct ResamplerTests {
  static let rates = [
    (44100, 48000), (48000, 44100), (96000, 44100), (8000, 44100), (44100, 16000), (44100, 44099),
    (44100, 8000), (11025, 192000),
  ]

  /// A sine of `hertz` that is zero at frame 0.
  static func sine(_ hertz: Double, rate: Int, frames: Int) -> [Float] {
    (0..<frames).map { Float(sin(2 * Double.pi * hertz * Double($0) / Double(rate))) }
  }

  static func convert(_ samples: [Float], with resampler: Resampler, block: Int) -> [Float] {
    var output: [Float] = []
    for start in stride(from: 0, to: samples.count, by: block * resampler.inChannels) {
      let end = min(start + block * resampler.inChannels, samples.count)
      output += resampler.push(Array(samples[start..<end]))
    }
    return output + resampler.finish()
  }

  @Test(arguments: rates, [0, 1, 2, 10, 63, 64, 65, 129, 1000, 44100, 65537])
  func everyLengthGivesThePromisedFrameCount(rates: (Int, Int), frames: Int) throws {
    let (from, to) = rates
    let resampler = try Resampler(from: from, channels: 1, to: to, channels: 1)
    let output = Self.convert([Float](repeating: 0.5, count: frames), with: resampler, block: 5000)
    #expect(output.count == (frames * to + from - 1) / from)
    #expect(Resampler.outputFrames(frames, from: from, to: to) == output.count)
  }

  /// Lengths that a header may claim, at rates that are too far apart too.
  @Test(
    arguments: [
      (1 << 53, 1000, 48_000, 432_345_564_227_567_616),
      (1 << 53, 47, 48_000, 9_198_841_792_075_906_724),
      (1 << 53, 46, 48_000, .max), (1 << 53, 1, 1024, .max), (1 << 53, 1, 1023, 1023 << 53),
      ((1 << 53) - 1, 1, 1024, .max - 1023), (1 << 53, 48_000, 1, 187_649_984_474),
      (1 << 53, 1 << 31 - 1, 1 << 31 - 1, 1 << 53), (.max, 2, 2, .max),
    ] as [(Int, Int, Int, Int)])
  func claimsDoNotOverflow(frames: Int, from: Int, to: Int, expected: Int) {
    #expect(Resampler.outputFrames(frames, from: from, to: to) == expected)
  }

  @Test(arguments: rates)
  func aToneStaysWhereAndAsLoudAsItWas(from: Int, to: Int) throws {
    let hertz = 0.4 * Double(min(from, to))
    let resampler = try Resampler(from: from, channels: 1, to: to, channels: 1)
    let output = Self.convert(
      Self.sine(hertz, rate: from, frames: from / 2), with: resampler, block: 4096)
    let ideal = Self.sine(hertz, rate: to, frames: output.count)
    let edge = output.count / 4
    let error = zip(output, ideal).dropFirst(edge).dropLast(edge).map { abs($0 - $1) }.max() ?? 1
    #expect(error < 1e-3)
  }

  @Test func theCutIntoBlocksDoesNotChangeABit() throws {
    let samples = Self.sine(997, rate: 44100, frames: 2 * 6000)
    let whole = Self.convert(
      samples, with: try Resampler(from: 44100, channels: 2, to: 48000, channels: 1), block: 6000)
    for block in [1, 17, 4095] {
      let resampler = try Resampler(from: 44100, channels: 2, to: 48000, channels: 1)
      #expect(Self.convert(samples, with: resampler, block: block) == whole)
    }
  }

  @Test(arguments: [1, 2, 6, 9, 16])
  func nothingToDoChangesNothing(channels: Int) throws {
    let samples = (0..<(channels * 1000)).map { Float($0) * 1.7 - 3 }
    let resampler = try Resampler(from: 8000, channels: channels, to: 8000, channels: channels)
    #expect(Self.convert(samples, with: resampler, block: 300) == samples)
  }

  @Test(arguments: [3, 6, 9, 16])
  func channelsDoNotMixWhenOnlyTheRateChanges(channels: Int) throws {
    let resampler = try Resampler(from: 44100, channels: channels, to: 48000, channels: channels)
    var samples = [Float](repeating: 0, count: 4410 * channels)
    for frame in 0..<4410 { samples[frame * channels + 2] = 1 }
    let output = Self.convert(samples, with: resampler, block: 1000)
    let middle = Array(output[(2400 * channels)..<(2401 * channels)])
    #expect(abs(middle[2] - 1) < 1e-4)
    #expect(middle.enumerated().allSatisfy { $0.offset == 2 || $0.element == 0 })
  }

  @Test func monoIsCopiedToStereoAndStereoAveragedToMono() throws {
    let up = try Resampler(from: 44100, channels: 1, to: 44100, channels: 2)
    #expect(up.push([1, -0.5]) + up.finish() == [1, 1, -0.5, -0.5])
    let down = try Resampler(from: 44100, channels: 2, to: 44100, channels: 1)
    #expect(down.push([1, 0.5, 1, -1]) + down.finish() == [0.75, 0])
  }

  @Test func surroundIsMixedToStereoWithoutPassingFullScale() throws {
    let down = try Resampler(from: 48000, channels: 6, to: 48000, channels: 2)
    let loud = down.push([1, 1, 1, 1, 1, 1])
    #expect(loud.count == 2 && loud.allSatisfy { $0 > 0.99 && $0 <= 1 })
    let centre = down.push([0, 0, 1, 0, 0, 0])
    #expect(centre[0] == centre[1] && centre[0] > 0.2)
    let left = down.push([1, 0, 0, 0, 0, 0])
    #expect(left[0] > 0.3 && left[1] == 0)
  }

  /// What one sound has no mix for, and what no sound has one for.
  @Test(
    arguments: [
      (44_100, 17, 44_100, 2, .badInput, "ffmpeg"), (44_100, 9, 48_000, 1, .badInput, "ffmpeg"),
      (44_100, 2, 44_100, 9, .usage, "--channels"), (1, 1, 768_000, 1, .badInput, "--rate"),
    ] as [(Int, Int, Int, Int, FilterError.Code, String)])
  func whatHasNoMixIsRefusedWithAdvice(
    inRate: Int, inChannels: Int, outRate: Int, outChannels: Int, code: FilterError.Code,
    advice: String
  ) {
    let error = #expect(throws: FilterError.self) {
      try Resampler(from: inRate, channels: inChannels, to: outRate, channels: outChannels)
    }
    #expect(error?.code == code)
    #expect(error?.advice.contains(advice) == true)
  }
}
