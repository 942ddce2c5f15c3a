import APCore
import Checkpoints
import Separation
import Tensors
import TestSupport
import Testing

@testable import Roformer

/// Networks of the released format against what the reference makes of them; see Tests/Fixtures/roformer/README.md.
@Suite struct NetworkGoldenTests {
  static let names = ["bs_two", "mel_vocals"]

  static func network(
    _ name: String, numerics: Numerics = Numerics(), threads: Int = 2
  ) throws -> RoformerNetwork {
    let location = try RoformerModels(variable: { _ in nil }, executable: nil)
      .find(fixture("roformer/\(name).ckpt"))
    let (weights, config) = try location.open()
    return try RoformerNetwork(
      weights, config: config, numerics: numerics, workers: Workers(threads: threads))
  }

  static func separate(_ network: RoformerNetwork, _ mix: [Float]) -> [Float] {
    let stems = network.config.names.stems.indices
    var result = [Float](repeating: .nan, count: stems.count * mix.count)
    mix.withUnsafeBufferPointer { mix in
      result.withUnsafeMutableBufferPointer {
        network.separate(mix.baseAddress!, wanted: Set(stems), into: $0.baseAddress!)
      }
    }
    return result
  }

  @Test(arguments: names) func everyStageIsTheReferences(name: String) throws {
    let network = try Self.network(name)
    let golden = try Golden("roformer/\(name).golden")
    var stages: [String: [Float]] = [:]
    network.probe = Probe { stages[$0] = $2 }
    let stems = Self.separate(network, try Golden("roformer/inputs").tensor("chunk.input").values)

    let config = network.config
    let (bands, times) = (config.bands.count, config.spectra)
    for stage in ["band_split", "layers.0.freq", "layers.0.time"] {
      // [T, bands, D]; the reference has [bands, T, D] along time.
      let given = try #require(stages[stage], "no stage \(stage)")
      var values = given
      if stage == "layers.0.time" {
        values = (0..<bands).flatMap { band in
          (0..<times).flatMap { time -> ArraySlice<Float> in
            let token = time * bands + band
            return given[token * config.dim..<(token + 1) * config.dim]
          }
        }
      }
      let error = Golden.error(Self.thinned(values), try golden.tensor(stage).values)
      #expect(error <= 1e-5, "\(stage)")
    }
    for stem in config.names.stems.indices {
      // [T, values] of each band.
      let masks = try config.bands.indices.map { band in
        try #require(stages["mask.\(stem).\(band)"])
      }
      let values = (0..<times).flatMap { time in
        masks.flatMap { mask -> ArraySlice<Float> in
          let width = mask.count / times
          return mask[time * width..<(time + 1) * width]
        }.prefix(64)
      }
      let error = Golden.error(Self.thinned(values), try golden.tensor("mask.\(stem)").values)
      #expect(error <= 1e-5, "mask \(stem)")
    }
    let rows = stride(from: 0, to: stems.count, by: config.chunkFrames).map {
      Array(stems[$0..<$0 + config.chunkFrames])
    }
    #expect(try golden.error(of: rows, "chunk.output") <= 2e-5)
  }

  /// By how many decibels a chunk's stems are above what fewer bits change.
  @Test(
    arguments: names,
    [
      (Numerics(multiplied: .f16), 56), (Numerics(multiplied: .bf16), 50),
      (Numerics(multiplied: .int8), 40), (Numerics(multiplied: .int8, others: .f16), 40),
    ] as [(Numerics, Double)])
  func fewerBitsKeepTheirDecibels(name: String, precision: (numerics: Numerics, bound: Double))
    throws
  {
    let mix = try Golden("roformer/inputs").tensor("chunk.input").values
    let exact = Self.separate(try Self.network(name), mix)
    let near = Self.separate(try Self.network(name, numerics: precision.numerics), mix)
    #expect(signalToNoise(near, exact) >= precision.bound)
    #expect(near != exact)
    let oneThread = try Self.network(name, numerics: precision.numerics, threads: 1)
    #expect(Self.separate(oneThread, mix) == near, "the same bytes for any number of threads")
  }

  /// Nothing of one chunk may stay for the next.
  @Test(arguments: names) func aChunkDoesNotKnowTheOneBefore(name: String) throws {
    let network = try Self.network(name)
    let mix = try Golden("roformer/inputs").tensor("chunk.input").values
    let first = Self.separate(network, mix)
    _ = Self.separate(network, mix.reversed())
    #expect(Self.separate(network, mix) == first)
  }

  private static func thinned(_ values: [Float]) -> [Float] {
    stride(from: 0, to: values.count, by: 97).map { values[$0] }
  }

  /// A whole track, and one that is shorter than a chunk.
  @Test(arguments: names, ["track", "short"])
  func aTrackIsTheReferences(name: String, track: String) throws {
    let network = try Self.network(name)
    let input = try Golden("roformer/inputs").rows("\(track).input")
    let rows = try Self.rows(network, input, block: 10_000)
    let error = try Golden("roformer/\(name).golden").error(of: rows, "\(track).output")
    #expect(error <= 1e-4)
  }

  /// Stems of a track that comes in blocks: a row for each channel of each stem.
  static func rows(
    _ network: RoformerNetwork, _ input: [[Float]], block: Int, claimed: Int? = nil
  ) throws -> [[Float]] {
    let stems = network.config.names.stems.indices
    let outputs = stems.map { stem in
      StemOutput(name: "\(stem)", sourceGains: stems.map { $0 == stem ? 1 : 0 })
    }
    var rows = [[Float]](repeating: [], count: 2 * outputs.count)
    var track = ChunkOverlap(
      network.config, length: claimed, outputs: outputs, keptChannels: 2
    ) { network.separate($0, wanted: Set(stems), into: $1) }
    func drain() throws {
      while let frames = try track.next() {
        for (index, sample) in frames.samples.enumerated() {
          rows[2 * frames.output + index % 2].append(sample)
        }
      }
    }
    let frames = input[0].count
    for start in stride(from: 0, to: frames, by: block) {
      let samples = (start..<min(start + block, frames)).flatMap { frame in
        input.map { $0[frame] }
      }
      track.push(samples.span)
      try drain()
    }
    track.finish()
    try drain()
    return rows
  }
}
