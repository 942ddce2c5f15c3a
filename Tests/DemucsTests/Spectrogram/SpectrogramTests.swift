import APCore
import Fourier
import Glibc
import Tensors
import Testing

@testable import Demucs

@Suite struct SpectrogramTests {
  /// Deterministic samples in −1 … 1.
  static func noise(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
    }
  }

  /// Lengths around every edge for a frame of 64 samples, hop 16: shorter than the padding, one hop
  /// more or less, blocks of 32 frames, and of 32 hops on the way back.
  static let lengths = [
    1, 2, 15, 16, 17, 23, 24, 25, 39, 40, 41, 63, 64, 65, 256, 463, 464, 465, 496, 497, 511, 512,
    513, 800,
  ]

  @Test(arguments: lengths, [1, 3])
  func forwardIsTheReference(length: Int, threads: Int) throws {
    let plan = try Spectrogram(
      length: length, frameLength: 64, workers: Workers(threads: threads))
    let signal = Self.noise(2 * length)
    let plane = 2 * plan.frequencies * plan.frames
    var spectrum = [Float](repeating: .nan, count: 2 * plane)
    plan.forward(signal, channels: 2, into: &spectrum, layout: plan.planar)
    for channel in 0..<2 {
      let expected = ReferenceSpectrogram(frameLength: 64)
        .forward(signal[channel * length..<(channel + 1) * length].map(Double.init))
      let error =
        zip(spectrum[channel * plane..<(channel + 1) * plane], expected)
        .map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(error < 1e-5)
    }
  }

  @Test(arguments: lengths, [1, 3])
  func inverseIsTheReference(length: Int, threads: Int) throws {
    let plan = try Spectrogram(
      length: length, frameLength: 64, workers: Workers(threads: threads))
    let plane = 2 * plan.frequencies * plan.frames
    let spectrum = Self.noise(2 * plane)
    var signal = [Float](repeating: 1, count: 2 * length)
    plan.inverse(
      spectrum, layout: plan.planar, channels: 2, scale: 0.5, offset: 0.25, addingTo: &signal)
    for channel in 0..<2 {
      let scaled = spectrum[channel * plane..<(channel + 1) * plane]
        .map { Double($0 * 0.5 + 0.25) }
      let expected = ReferenceSpectrogram(frameLength: 64).inverse(scaled, length: length)
      let error =
        zip(signal[channel * length..<(channel + 1) * length], expected)
        .map { abs(Double($0) - 1 - $1) }.max() ?? .infinity
      #expect(error < 5e-6)
    }
  }

  @Test(arguments: [4095, 4096, 110_250])
  func thereAndBack(length: Int) throws {
    let plan = try Spectrogram(length: length, workers: Workers(threads: 2))
    // Tones, not noise: the top frequency, which is dropped, must have nothing to lose.
    let signal = (0..<length).map { (index: Int) -> Float in
      let time = Double(index) / 44_100
      return Float(0.5 * sin(2 * .pi * 440 * time) + 0.3 * cos(2 * .pi * 3000 * time))
    }
    var spectrum = [Float](repeating: .nan, count: 2 * plan.frequencies * plan.frames)
    plan.forward(signal, channels: 1, into: &spectrum, layout: plan.planar)
    var back = [Float](repeating: 0, count: length)
    plan.inverse(spectrum, layout: plan.planar, channels: 1, addingTo: &back)
    // The reference cuts two frames at each side: only what four frames cover comes back whole.
    let whole = plan.padding..<(plan.frames * plan.hop - plan.padding)
    #expect(whole.map { abs(signal[$0] - back[$0]) }.max() ?? .infinity < 1e-5)
  }

  @Test func sameBytesForAnyNumberOfThreads() throws {
    let length = 20_000
    let signal = Self.noise(2 * length)
    func run(threads: Int) throws -> ([Float], [Float]) {
      let plan = try Spectrogram(
        length: length, frameLength: 256, workers: Workers(threads: threads))
      var spectrum = [Float](repeating: 0, count: 4 * plan.frequencies * plan.frames)
      plan.forward(signal, channels: 2, into: &spectrum, layout: plan.planar)
      var back = [Float](repeating: 0, count: 2 * length)
      plan.inverse(spectrum, layout: plan.planar, channels: 2, addingTo: &back)
      return (spectrum, back)
    }
    let one = try run(threads: 1)
    for threads in [2, 3, 7] {
      let many = try run(threads: threads)
      #expect(many.0 == one.0)
      #expect(many.1 == one.1)
    }
  }

  @Test func refusesAFrameThatCannotBeTransformed() {
    for size in [0, 7] {
      let error = #expect(throws: FilterError.self) { try RealTransform(size: size) }
      #expect(error?.code == .unavailable)
    }
  }
}

extension Spectrogram {
  /// Channels one after the other, without gaps.
  fileprivate var planar: Layout {
    Layout(channelStride: frequencies * frames, frequencyStride: frames)
  }
}
