import APCore
import TestSupport
import Testing

@testable import Checkpoints

/// Thousands of damaged files: each is read or refused, and none brings the process down.
@Suite struct MutationTests {
  static let tensors = [
    "f32", "f16", "bf16", "transposed", "part", "parameter", "scalar", "empty", "i64", "f64",
  ]

  @Test(arguments: ["objects_2.pt", "objects_5.pt", "objects.safetensors"])
  func damagedFileIsReadOrRefused(name: String) throws {
    let original = try Files.read(fixture("weights/\(name)"))
    var random = SplitMix(seed: 20_240_607)
    var refused = 0
    let rounds = 2500
    for round in 0..<rounds {
      let bytes = Damage.some(of: original, round: round, using: &random)
      do {
        try readEverything(of: try checkpoint(bytes))
      } catch {
        #expect(!error.message.isEmpty)
        #expect(error.code.status == .data, "\(error)")
        refused += 1
      }
    }
    // Most bytes of these files are structure; but a letter of a name may change freely.
    #expect((rounds / 3...rounds - rounds / 20).contains(refused), "\(refused)")
  }

  /// Every cut is noticed, because the table of an archive is at its end and the header of the
  /// other format says how long the file is.
  @Test(arguments: ["objects_2.pt", "objects_5.pt", "objects.safetensors"])
  func everyCutIsRefused(name: String) throws {
    let original = try Files.read(fixture("weights/\(name)"))
    for length in 1..<original.count {
      #expect(throws: FilterError.self, "\(length)") {
        try checkpoint(Array(original[..<length]))
      }
    }
  }

  /// Takes every tensor with the shape that the file claims, and opens values a few thousand deep.
  private func readEverything(of checkpoint: Checkpoint) throws(FilterError) {
    let weights = checkpoint.weights()
    for name in Self.tensors {
      guard let shape = weights.shape(name) else { continue }
      let tensor = try weights.tensor(name, shape: shape)
      #expect(tensor.bytes.count == shape.reduce(tensor.type.byteCount, *))
      if tensor.type.widensToFloat { _ = try weights.floats(name, shape: shape) }
    }
    var open = [checkpoint.content]
    var seen = 0
    while seen < 3000, let value = open.popLast() {
      seen += 1
      switch value.kind {
      case .list(let items), .tuple(let items): open += items
      case .dict(let items): open += items.flatMap { [$0.key, $0.value] }
      case .opaque(let object): open += (object.arguments ?? []) + [object.state].compactMap { $0 }
      default: break
      }
    }
  }
}
