import APCore
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Demucs

@Suite struct NetworkGoldenTests {
  static func network(
    _ file: String, numerics: Numerics = Numerics(), threads: Int = 2
  ) throws -> HTDemucs {
    let checkpoint = try Checkpoint.open(fixture("demucs/\(file)"))
    return try HTDemucs(
      checkpoint.weights(), config: HTDemucsConfig(checkpoint), workers: Workers(threads: threads),
      numerics: numerics)
  }

  static func separate(_ network: HTDemucs, _ mix: [Float]) -> [Float] {
    var stems = [Float](repeating: .nan, count: network.sources.count * mix.count)
    mix.withUnsafeBufferPointer { mix in
      stems.withUnsafeMutableBufferPointer { network.separate(mix, into: $0) }
    }
    return stems
  }

  @Test(arguments: [
    ("htdemucs_tiny.th", "htdemucs_tiny"), ("htdemucs_tiny.safetensors", "htdemucs_tiny"),
    ("htdemucs_tiny_6s.safetensors", "htdemucs_tiny_6s"),
  ])
  func everyStageIsTheReferences(file: String, golden name: String) throws {
    let network = try Self.network(file)
    let golden = try Golden("demucs/\(name).golden")
    let mix = try Golden("demucs/inputs").tensor("segment.input").values
    var stages: [String: (shape: [Int], values: [Float])] = [:]
    network.probe = Probe { stages[$0] = ($1, $2) }
    let stems = Self.separate(network, mix)

    var names = ["crosstransformer", "crosstransformer.1"]
    names += (0..<network.config.tLayers).flatMap { layer in
      ["layers", "layers_t"].map { "crosstransformer.\($0).\(layer)" }
    }
    if name == "htdemucs_tiny" {
      names += ["cac"] + (0..<4).flatMap { ["encoder.\($0)", "tencoder.\($0)"] }
      names += (0..<4).flatMap { ["decoder.\($0)", "tdecoder.\($0)"] }
    }
    for stage in names {
      let (shape, values) = try #require(stages[stage], "no stage \(stage)")
      let expected = try golden.tensor(stage)
      let columns = shape[shape.count - 1]
      let rows = stride(from: 0, to: values.count, by: columns).map {
        Array(values[$0..<$0 + columns])
      }
      #expect(shape.dropLast() == expected.shape.dropLast(), "\(stage)")
      let error = Golden.error(Golden.thinned(rows), expected.values)
      #expect(error <= 2e-5, "\(stage)")
    }
    let length = network.segmentFrames
    let rows = stride(from: 0, to: stems.count, by: length).map {
      Array(stems[$0..<$0 + length])
    }
    #expect(try golden.error(of: rows, "segment.output") <= 2e-5)
  }

  /// The error of each way follows from rounding to 8 or 11 bits.
  @Test(
    arguments: [
      (Numerics(stored: .bf16), 3e-2), (Numerics(stored: .f16), 4e-3),
      (Numerics(multiplied: .bf16), 3e-2), (Numerics(stored: .f16, multiplied: .bf16), 3e-2),
      (Numerics(multiplied: .int8), 3e-2), (Numerics(multiplied: .int8, others: .f32), 3e-2),
      (Numerics(multiplied: .f16), 1e-2), (Numerics(stored: .f16, multiplied: .f16), 1e-2),
      (Numerics(multiplied: .int8, others: .f16), 3e-2),
    ] as [(Numerics, Float)])
  func weightsAndProductsMayBeOfHalfTheSize(numerics: Numerics, bound: Float) throws {
    let mix = try Golden("demucs/inputs").tensor("segment.input").values
    let exact = Self.separate(try Self.network("htdemucs_tiny.th"), mix)
    let network = try Self.network("htdemucs_tiny.th", numerics: numerics)
    let error = Golden.error(Self.separate(network, mix), exact)
    #expect(error <= bound)
    #expect(error > 1e-5, "the numbers are rounded")
  }

  @Test func sameBytesForAnyNumberOfThreads() throws {
    let mix = try Golden("demucs/inputs").tensor("segment.input").values
    let one = Self.separate(try Self.network("htdemucs_tiny.th", threads: 1), mix)
    for threads in [2, 3] {
      let many = Self.separate(try Self.network("htdemucs_tiny.th", threads: threads), mix)
      #expect(many == one)
    }
  }

  /// Nothing of one segment may stay for the next.
  @Test func aSegmentDoesNotKnowTheOneBefore() throws {
    let network = try Self.network("htdemucs_tiny.th")
    let mix = try Golden("demucs/inputs").tensor("segment.input").values
    let first = Self.separate(network, mix)
    let silence = Self.separate(network, [Float](repeating: 0, count: mix.count))
    #expect(silence.allSatisfy { $0.isFinite })
    #expect(Self.separate(network, mix) == first)
  }
}
