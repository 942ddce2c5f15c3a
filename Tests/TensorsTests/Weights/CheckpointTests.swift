import APCore
import TestSupport
import Testing

@testable import Tensors

@Suite struct CheckpointTests {
  /// The same tensors in both formats, written by the reference's own package.
  @Test func bothFormatsHoldTheSameTensors() throws {
    let archive = try Checkpoint.open(fixture("demucs/htdemucs_tiny.th"))
    let safetensors = try Checkpoint.open(fixture("demucs/htdemucs_tiny.safetensors"))
    let shape = [8, 4, 8, 1]
    let path = archive.weights()["encoder"][0]["conv"]
    let left = try path.floats("weight", shape: shape)
    let right = try safetensors.weights()["encoder"][0]["conv"].floats("weight", shape: shape)
    #expect(left == right)
    #expect(left.contains { $0 != 0 })
  }
}
