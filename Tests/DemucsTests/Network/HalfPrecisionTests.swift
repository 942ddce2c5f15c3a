import APCore
import Checkpoints
import Separation
import Tensors
import TestSupport
import Testing

@testable import Demucs

/// Products of half precision, which this processor may have to take apart.
@Suite struct HalfPrecisionTests {
  /// Of the bundled model's stems of the demo song, a segment of four seconds with all of them. Beside int8, the outermost
  /// layers have 16 bits, too.
  @Test func theDemoKeepsItsDecibels() throws {
    let outcome = try Command(
      "ap-decode", "--start-time", "4", "--end-time", "8", fixture("../../scripts/demo/mix.flac")
    ).run()
    let samples = try ReadStream(outcome.output).samples("mix")
    let checkpoint = try Checkpoint.open(
      fixture("../../Sources/BundledModels/htdemucs-mini.safetensors"))
    let config = try HTDemucsConfig(checkpoint)
    try #require(samples.count == 2 * config.segmentFrames)
    let mix = (0..<2).flatMap { channel in
      stride(from: channel, to: samples.count, by: 2).map { samples[$0] }
    }
    func stems(_ multiplied: NumberFormat, others: NumberFormat = .bf16) throws -> [Float] {
      let network = try HTDemucs(
        checkpoint.weights(), config: config, workers: Workers(threads: 2),
        numerics: Numerics(multiplied: multiplied, others: others))
      return NetworkGoldenTests.separate(network, mix)
    }
    let exact = try stems(.f32)
    let pairs = [
      (half: try stems(.f16), bfloat: try stems(.bf16), bound: 50.0),
      (try stems(.int8, others: .f16), try stems(.int8), 45),
    ]
    for (half, bfloat, bound) in pairs {
      for (stem, name) in config.sources.enumerated() {
        func decibels(_ stems: [Float]) -> Double {
          signalToNoise(Array(stems[place(stem, mix)]), Array(exact[place(stem, mix)]))
        }
        #expect(decibels(half) >= bound, "\(name)")
        #expect(decibels(half) > decibels(bfloat), "\(name)")
      }
    }
  }

  private func place(_ stem: Int, _ mix: [Float]) -> Range<Int> {
    stem * mix.count..<(stem + 1) * mix.count
  }

  struct Overflow: Sendable {
    var tensor = "crosstransformer.layers.0.linear1.weight"
    var scale: Float = 1
    /// What the mix is multiplied by, or one sample of it, where it is not finite.
    var level: Float = 1
    var numerics = Numerics(multiplied: .f16)
    var isAgain = false
  }

  /// A model that has values beyond 65,504 in the middle, of a feed-forward layer or an outermost one: its stems are those
  /// without half precision, for which it is loaded once more and told once. Silence does not overflow, and what is no
  /// number is no overflow.
  @Test(arguments: [
    Overflow(scale: 3e5, isAgain: true), Overflow(), Overflow(level: 0),
    Overflow(scale: 3e5, level: .nan), Overflow(level: .infinity),
    Overflow(
      tensor: "encoder.0.conv.weight", scale: 1e5,
      numerics: Numerics(multiplied: .int8, others: .f16), isAgain: true),
    Overflow(
      tensor: "tdecoder.3.conv_tr.weight", scale: 1e5,
      numerics: Numerics(multiplied: .int8, others: .f16), isAgain: true),
    Overflow(numerics: Numerics(multiplied: .int8, others: .f16)),
  ])
  func whatOverflowsIsSeparatedInFloat32(given: Overflow) throws {
    let (level, isAgain) = (given.level, given.isAgain)
    let folder = try TemporaryFolder()
    let path = try folder.write(
      Self.model(with: given.tensor, times: given.scale), to: "model.safetensors")
    let workers = Workers(threads: 2)
    func network(_ numerics: Numerics) throws -> HTDemucs {
      let checkpoint = try Checkpoint.open(path)
      return try HTDemucs(
        checkpoint.weights(), config: HTDemucsConfig(checkpoint), workers: workers,
        numerics: numerics)
    }
    var mix = try Golden("demucs/inputs").tensor("segment.input").values
    if level.isFinite { mix = mix.map { $0 * level } } else { mix[77_777] = level }
    let exact = NetworkGoldenTests.separate(try network(given.numerics.unbounded), mix)
    let half = NetworkGoldenTests.separate(try network(given.numerics), mix)
    #expect(exact.areFinite == level.isFinite)
    #expect(half.areFinite == (level.isFinite && !isAgain))

    var (loads, sentences) = (0, [String]())
    let guarded: any SegmentSeparator = try OverflowGuard(
      given.numerics, notice: OverflowNotice { sentences.append($0) }
    ) {
      loads += 1
      return try network($0)
    }
    for _ in 0..<2 {
      var stems = [Float](repeating: 0, count: guarded.sources.count * mix.count)
      try mix.withUnsafeBufferPointer { mix in
        try stems.withUnsafeMutableBufferPointer { try guarded.separate(mix, into: $0) }
      }
      let expected = isAgain ? exact : half
      #expect(stems.map(\.bitPattern) == expected.map(\.bitPattern))
    }
    #expect(loads == (isAgain ? 2 : 1))
    #expect(sentences.count == (isAgain ? 1 : 0))
  }

  /// The fixture with a tensor of halves multiplied by a factor.
  private static func model(with name: String, times factor: Float) throws -> [UInt8] {
    var bytes = try Files.read(fixture("demucs/htdemucs_tiny.safetensors"))
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONValue(parsing: Array(bytes[8..<8 + length]))
    let tensor = try #require(header[name])
    try #require(tensor["dtype"] == "F16")
    let ends = tensor["data_offsets"]?.array?.compactMap(\.int) ?? []
    for offset in stride(from: 8 + length + ends[0], to: 8 + length + ends[1], by: 2) {
      let bits = UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
      let value = Float16(Float(Float16(bitPattern: bits)) * factor)
      bytes[offset] = UInt8(truncatingIfNeeded: value.bitPattern)
      bytes[offset + 1] = UInt8(value.bitPattern >> 8)
    }
    return bytes
  }
}
