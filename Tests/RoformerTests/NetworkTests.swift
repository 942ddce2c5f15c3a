import Separation
import Tensors
import TestSupport
import Testing

@testable import Roformer

/// Networks of all sizes against the naive one.
@Suite struct NetworkTests {
  static let networks = [
    NaiveRoformer(),
    NaiveRoformer(heads: 1, headWidth: 6, isStereo: false, maskDepth: 2, chunk: 64),
    NaiveRoformer(
      dim: 7, depth: 2, heads: 3, headWidth: 2, stems: 3, widths: [33 - 2, 2], maskDepth: 4,
      zeroDC: false),
    NaiveRoformer(
      dim: 16, timeLayers: 3, frequencyLayers: 2, hop: 13, maskDepth: 3, expansion: 2,
      isBiased: true, chunk: 1000),
    // More bands than a panel has columns, and more times.
    NaiveRoformer(
      fftSize: 128, hop: 21, widths: Array(repeating: 1, count: 60) + [5], chunk: 1100),
    NaiveRoformer(isMel: true),
    NaiveRoformer(isMel: true, dim: 9, depth: 2, stems: 2, hop: 20, maskDepth: 2, zeroDC: false),
    NaiveRoformer(
      isMel: true, timeLayers: 2, heads: 5, headWidth: 8, isStereo: false, fftSize: 256, hop: 100,
      bands: 7, maskDepth: 4, chunk: 999, rate: 44_100),
  ]

  @Test(arguments: networks) func aChunkIsThatOfTheNaiveNetwork(naive: NaiveRoformer) throws {
    let mix = noise(rows: naive.channels, columns: naive.chunk, seed: 99, scale: 0.5)
    let expected = naive.separate(Naive.table(mix)).flatMap { $0 }.map(Float.init)
    for threads in [1, 3] {
      let stems = NetworkGoldenTests.separate(
        try naive.network(threads: threads), mix.flatMap { $0 })
      #expect(Golden.error(stems, expected) < 1e-5)
    }
  }

  /// Some files have a bias that all layers share once, others also at each layer.
  @Test(arguments: [true, false]) func sharedBiasesAreTheLayers(areAtLayers: Bool) throws {
    let naive = NaiveRoformer(depth: 2, isBiased: true, sharesBiases: true)
    let mix = noise(rows: naive.channels, columns: naive.chunk, seed: 7, scale: 0.5)
    let expected = naive.separate(Naive.table(mix)).flatMap { $0 }.map(Float.init)
    let folder = try TemporaryFolder()
    _ = try naive.write(to: folder)
    let tensors = naive.tensors.filter { name, _ in
      areAtLayers || !NaiveRoformer.sharedBiases.contains { name.hasSuffix($0.1) }
    }
    let path = try folder.write(safetensors(tensors), to: "model.safetensors")
    let network = try NaiveRoformer.network(path)
    let stems = NetworkGoldenTests.separate(network, mix.flatMap { $0 })
    #expect(Golden.error(stems, expected) < 1e-5)
  }

  /// Weights and products of fewer bits lose what those bits hold, and no more.
  @Test(
    arguments: [
      (Numerics(stored: .f16), 4e-3), (Numerics(stored: .bf16), 3e-2),
      (Numerics(multiplied: .bf16), 3e-2), (Numerics(stored: .f16, multiplied: .bf16), 3e-2),
      (Numerics(multiplied: .int8), 6e-2), (Numerics(stored: .bf16, multiplied: .int8), 6e-2),
      (Numerics(multiplied: .f16), 6e-3), (Numerics(stored: .f16, multiplied: .f16), 6e-3),
      (Numerics(multiplied: .int8, others: .f16), 6e-2),
    ] as [(Numerics, Float)])
  func fewerBitsAreNear(numerics: Numerics, bound: Float) throws {
    for naive in [Self.networks[3], Self.networks[6]] {
      let mix = noise(naive.channels * naive.chunk, seed: 5, scale: 0.5)
      let exact = NetworkGoldenTests.separate(try naive.network(), mix)
      let near = NetworkGoldenTests.separate(try naive.network(numerics: numerics), mix)
      #expect(Golden.error(near, exact) < bound)
      #expect(Golden.error(near, exact) > 1e-5, "the numbers are rounded")
    }
  }

  /// What overflows in half precision comes out as from a network of float32, which is loaded once for it.
  @Test(arguments: [1, 1e6] as [Float]) func whatOverflowsIsComputedAgain(scale: Float) throws {
    let naive = Self.networks[6]
    let mix = noise(naive.channels * naive.chunk, seed: 5, scale: 0.5)
    let exact = NetworkGoldenTests.separate(try naive.network(scale: scale), mix)
    let half = NetworkGoldenTests.separate(
      try naive.network(numerics: Numerics(multiplied: .f16), scale: scale), mix)
    var (loads, sentences) = (0, [String]())
    let guarded = try OverflowGuard(
      Numerics(multiplied: .f16), notice: OverflowNotice { sentences.append($0) }
    ) {
      loads += 1
      return try naive.network(numerics: $0, scale: scale)
    }
    for _ in 0..<2 {
      let stems = try guarded.run {
        NetworkGoldenTests.separate($0, mix)
      } overflowed: {
        !$0.areFinite
      }
      #expect(stems == (scale == 1 ? half : exact))
    }
    #expect(exact.areFinite)
    #expect(half.areFinite == (scale == 1))
    #expect(loads == (scale == 1 ? 1 : 2))
    #expect(sentences.count == loads - 1)
  }

  @Test(arguments: NetworkGoldenTests.names)
  func sameBytesForAnyNumberOfThreads(name: String) throws {
    let mix = try Golden("roformer/inputs").tensor("chunk.input").values
    let one = NetworkGoldenTests.separate(try NetworkGoldenTests.network(name, threads: 1), mix)
    for threads in [2, 3] {
      let network = try NetworkGoldenTests.network(name, threads: threads)
      #expect(NetworkGoldenTests.separate(network, mix) == one)
    }
  }

  /// Silence has no norm to divide by; and nothing of one chunk may stay for the next.
  @Test(arguments: NetworkGoldenTests.names, [0, 1e-30] as [Float])
  func silenceStaysFinite(name: String, level: Float) throws {
    let network = try NetworkGoldenTests.network(name)
    let mix = try Golden("roformer/inputs").tensor("chunk.input").values
    let first = NetworkGoldenTests.separate(network, mix)
    let quiet = NetworkGoldenTests.separate(network, mix.map { $0 * level })
    #expect(quiet.allSatisfy { abs($0) <= 1e-20 })
    #expect(NetworkGoldenTests.separate(network, mix) == first)
  }

  /// Stems that nobody asks for are left alone, and do not change the others.
  @Test func onlyWantedStemsAreMade() throws {
    let network = try NetworkGoldenTests.network("bs_two")
    let mix = try Golden("roformer/inputs").tensor("chunk.input").values
    let all = NetworkGoldenTests.separate(network, mix)
    var stems = [Float](repeating: 7, count: 2 * mix.count)
    mix.withUnsafeBufferPointer { mix in
      stems.withUnsafeMutableBufferPointer {
        network.separate(mix.baseAddress!, wanted: [1], into: $0.baseAddress!)
      }
    }
    #expect(stems[..<mix.count].allSatisfy { $0 == 7 })
    #expect(stems[mix.count...] == all[mix.count...])
  }
}
