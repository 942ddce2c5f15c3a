import APCore
import Checkpoints
import Separation
import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

@Suite struct SAMAudioModelTests {
  static func model(_ path: String = fixture("sam-audio")) throws -> SAMAudioModel {
    try SAMModels(variable: { _ in nil }, executable: nil).find(path).open()
  }

  @Test func fixtureIsAModel() throws {
    let model = try Self.model()
    #expect(model.name == "sam-audio")
    #expect(model.notice == nil)
    #expect(!model.tensors.names.contains { $0.hasPrefix("vision_encoder.") })
    #expect(model.tensors.names.contains("transformer.output.weight"))
  }

  /// All but the codec's tensors are the transformer's, and none is missing.
  @Test func transformerTakesAllTensorsThatAreItsOwn() throws {
    let model = try Self.model()
    let own = try model.tensors.moved { $0.hasPrefix("audio_codec.") ? nil : .init($0) }
    let weights = own.weights()
    _ = try DiffusionTransformer(weights, config: model.config, workers: Workers(threads: 2))
    try weights.finish()
  }

  @Test func promptsAreFeaturesOfTheirTokens() throws {
    let model = try Self.model()
    let texts = try T5EncoderTests.texts()
    let workers = Workers(threads: 2)
    let features = try model.features(
      of: [texts[5], texts[1], texts[5], ""], workers: workers, cache: nil)
    let golden = try Golden("sam-audio/golden").tensor("text_features").values
    #expect(features.count == 4)
    #expect(Golden.error(features[0].values, golden) <= 2e-5)
    #expect(features[2] == features[0])
    #expect(features[1] != features[0])
    #expect(features[3].tokens == 1)
  }

  // MARK: Identity

  /// It follows from what is in the files, not from where they lie or from which network's part is beside.
  @Test func identityIsOfTheContent() throws {
    let released = try CheckpointLayoutTests.released()
    let needed = try CheckpointLayoutTests.needed()
    let workers = Workers(threads: 2)
    func identity(_ tensors: TestTensors, threads: Int = 2) throws -> JSONValue {
      let folder = try ModelFolder(["model.safetensors": tensors.safetensors])
      let model = try Self.model(folder.path)
      let identity = try model.identity(workers: Workers(threads: threads))
      var members = try #require(identity.object)
      #expect(members.removeValue(forKey: "name")?.string == model.name)
      return .object(members)
    }
    let first = try identity(released)
    var original = try #require(try Self.model().identity(workers: workers).object)
    #expect(original.removeValue(forKey: "name")?.string == "sam-audio")
    #expect(first == .object(original))
    #expect(try identity(needed, threads: 1) == first)
    var changed = needed
    changed.tensors["proj.bias"]?.bytes[17] ^= 1
    let other = try identity(changed)
    #expect(other["weights"] != first["weights"])
    #expect(other["text-encoder"] == first["text-encoder"])
    #expect(first["config"]?.string?.count == 64)
    for key in ["text-encoder", "weights"] {
      #expect(first[key]?.string?.wholeMatch(of: /xxh3:[0-9a-f]{32}/) != nil)
    }
  }
}
