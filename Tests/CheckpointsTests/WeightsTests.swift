import APCore
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct WeightsTests {
  let weights: Weights

  init() throws {
    weights = try Checkpoint.open(fixture("demucs/htdemucs_tiny.safetensors")).weights()
  }

  @Test func pathIsThreaded() throws {
    let conv = weights["encoder"][1]["conv"]
    #expect(conv.path == "encoder.1.conv")
    #expect(conv.has("weight"))
    #expect(!conv.has("nonesuch"))
    #expect(conv.shape("weight") == [16, 8, 8, 1])
    #expect(try conv.floats("bias", shape: [16]).count == 16)
  }

  /// From 0 on without a gap; what is no number, or lies elsewhere, is no place.
  @Test(arguments: [
    ([], 0), (["layers.0.a"], 1), (["layers.0.a", "layers.0.b", "layers.1.a.b"], 2),
    (["layers.1.a"], 0), (["layers.0.a", "layers.2.a"], 1),
    (["layers.0.a", "layers.01.a", "layers.x.a", "layers2.1.a", "1.a"], 1),
    ((0..<12).map { "layers.\($0).a" }, 12),
  ])
  func placesAreCounted(names: [String], count: Int) throws {
    var tensors = ["norm": TensorValues([1])]
    for name in names { tensors[name] = TensorValues([1]) }
    #expect(try TestSupport.weights(tensors)["layers"].count == count)
  }

  @Test func missingTensorIsNamed() {
    let error = #expect(throws: FilterError.self) {
      try weights["encoder"][9]["conv"].floats("weight", shape: [1, 2])
    }
    #expect(error?.code == .missingTensor)
    #expect(error?.code.status == .data)
    #expect(error?.message.contains("htdemucs_tiny.safetensors has no tensor") == true)
    #expect(error?.message.contains("\"encoder.9.conv.weight\"") == true)
    #expect(error?.message.contains("[1, 2]") == true)
  }

  @Test(arguments: [[8, 4, 8], [8, 4, 1, 8], [256]])
  func misshapedTensorIsNamed(shape: [Int]) {
    let error = #expect(throws: FilterError.self) {
      try weights.floats("encoder.0.conv.weight", shape: shape)
    }
    #expect(error?.code == .misshapedTensor)
    #expect(error?.message.contains("[8, 4, 8, 1]") == true)
    #expect(error?.message.contains("\(shape)") == true)
  }

  @Test func integersAreNoFloats() throws {
    let objects = try Checkpoint.open(fixture("weights/objects_2.pt")).weights()
    let error = #expect(throws: FilterError.self) { try objects.floats("i64", shape: [3]) }
    #expect(error?.message.contains("int64") == true)
  }

  @Test func unusedTensorsAreNamed() throws {
    let objects = try Checkpoint.open(fixture("weights/objects_5.pt")).weights()
    for name in ["f32", "f16", "bf16"] {
      _ = try objects.floats(name, shape: [2, 3, 4])
    }
    for (name, shape) in [("parameter", [2, 3, 4]), ("scalar", []), ("empty", [3, 0])] {
      _ = try objects.tensor(name, shape: shape)
    }
    let error = #expect(throws: FilterError.self) { try objects.finish() }
    #expect(error?.code == .unusedTensors)
    #expect(error?.message.contains("\"f64\", \"i64\", \"part\" and 1 more") == true)
    _ = try objects.tensor("f64", shape: [3])
    _ = try objects.tensor("i64", shape: [3])
    _ = try objects.tensor("part", shape: [2, 2])
    _ = try objects.tensor("transposed", shape: [4, 2, 3])
    try objects.finish()
  }

  /// A refused tensor does not count as taken.
  @Test func misshapedTensorStaysUnused() throws {
    let conv = weights["encoder"][0]["conv"]
    _ = try? conv.floats("weight", shape: [1])
    _ = try conv.floats("bias", shape: [8])
    let error = #expect(throws: FilterError.self) { try conv.finish() }
    #expect(error?.message.contains("\"encoder.0.conv.weight\".") == true)
  }

  @Test func layersMayBePreparedAtTheSameTime() async throws {
    await withTaskGroup(of: Bool.self) { group in
      for branch in ["encoder", "tencoder", "decoder", "tdecoder"] {
        for layer in 0..<4 {
          group.addTask {
            let place = weights[branch][layer]["rewrite"]
            guard let shape = place.shape("weight") else { return false }
            return (try? place.floats("weight", shape: shape)) != nil
          }
        }
      }
      for await isRead in group { #expect(isRead) }
    }
    let error = #expect(throws: FilterError.self) { try weights["encoder"][0].finish() }
    #expect(error?.message.contains("rewrite.weight") == false)
  }
}
