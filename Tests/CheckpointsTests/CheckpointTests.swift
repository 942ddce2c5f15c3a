import APCore
import TestSupport
import Testing

@testable import Checkpoints

/// The fixtures of Fixtures/weights/make.py, and a checkpoint of the reference in both formats.
@Suite struct CheckpointTests {
  static let files = ["objects_2.pt", "objects_5.pt", "objects.safetensors"]
  /// `torch.arange(24).reshape(2, 3, 4)`.
  static let numbers = (0..<24).map(Float.init)

  @Test(arguments: files, ["f32", "f16", "bf16"])
  func elementsWidenExactly(file: String, name: String) throws {
    let weights = try open(file).weights()
    #expect(try weights.floats(name, shape: [2, 3, 4]) == Self.numbers)
  }

  @Test(arguments: files) func viewsAreGathered(file: String) throws {
    let weights = try open(file).weights()
    let transposed = (0..<4).flatMap { last in (0..<6).map { Float(4 * $0 + last) } }
    #expect(try weights.floats("transposed", shape: [4, 2, 3]) == transposed)
    #expect(try weights.floats("part", shape: [2, 2]) == [16, 18, 20, 22])
    #expect(try weights.floats("parameter", shape: [2, 3, 4]) == Self.numbers.map { $0 / 2 })
    #expect(try weights.floats("scalar", shape: []) == [1.5])
    #expect(try weights.floats("empty", shape: [3, 0]) == [])
  }

  @Test(arguments: files) func storedBytesOutliveTheCheckpoint(file: String) throws {
    let tensor = try open(file).weights().tensor("i64", shape: [3])
    #expect(tensor.type == .int64)
    let values = (0..<3).map { tensor.bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self) }
    #expect(values == [0, 1, 2])
    let gathered = try open(file).weights().tensor("transposed", shape: [4, 2, 3])
    #expect(gathered.bytes.loadUnaligned(fromByteOffset: 4, as: Float.self) == 4)
  }

  /// The same tensors in both formats, written by the reference's own package.
  @Test func formatsHoldTheSameTensors() throws {
    let archive = try Checkpoint.open(fixture("demucs/htdemucs_tiny.th")).weights()
    let other = try Checkpoint.open(fixture("demucs/htdemucs_tiny.safetensors")).weights()
    for (name, shape) in [
      ("encoder.0.conv.weight", [8, 4, 8, 1]), ("crosstransformer.layers.1.linear2.bias", [32]),
      ("tdecoder.3.conv_tr.weight", [8, 8, 8]), ("freq_emb.embedding.weight", [512, 8]),
    ] {
      let values = try archive.floats(name, shape: shape)
      #expect(try other.floats(name, shape: shape) == values)
      #expect(Set(values).count > 1, "\(name) is constant")
    }
  }

  @Test(arguments: ["objects_2.pt", "objects_5.pt"])
  func whatIsNoTensorIsKept(file: String) throws {
    let content = try open(file).content
    #expect(content["klass"]?.name == "demucs.htdemucs.HTDemucs")
    let segment = try #require(content["kwargs"]?["segment"]?.opaque)
    #expect(segment.name == "fractions.Fraction")
    #expect(segment.arguments?.map(\.words) == ["39", "5"])
    let training = try #require(content["training_args"])
    #expect(training["text"]?.words == "Größe")
    #expect(
      training["numbers"]?.words
        == "[1099511627776, -1099511627776, builtins.int, -1, 255, 65535, -2147483648, 1.5, inf, none, true]"
    )
    let optimizer = try #require(training["optimizer"]?.opaque)
    #expect(optimizer.name == "__main__.Optimizer")
    #expect(optimizer.state?["state"]?["step"]?.words == "7")
    #expect(training["config"]?.name == "omegaconf.dictconfig.DictConfig")
  }

  @Test func valueThatContainsItselfCanBeLookedAt() throws {
    let cycle = try #require(try open("objects_2.pt").content["training_args"]?["cycle"])
    var level = cycle
    for _ in 0..<100 {
      guard case .list(let items) = level.kind else {
        Issue.record("not a list")
        return
      }
      #expect(items.count == 1)
      level = items[0]
    }
  }

  @Test func metadataOfSafetensorsIsContent() throws {
    #expect(try open("objects.safetensors").content["klass"]?.words == "HTDemucs")
  }

  @Test func missingFileIsSaid() {
    let error = #expect(throws: FilterError.self) { try Checkpoint.open("/nonexistent/x.th") }
    #expect(error?.code == .noInput)
    #expect(error?.message == "/nonexistent/x.th cannot be opened: No such file or directory.")
  }

  @Test func folderIsNoCheckpoint() {
    let error = #expect(throws: FilterError.self) { try Checkpoint.open("/tmp") }
    #expect(error?.message == "/tmp is not a regular file.")
  }

  private func open(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(fixture("weights/\(name)"))
  }
}

extension CheckpointValue {
  var opaque: Opaque? {
    if case .opaque(let object) = kind { object } else { nil }
  }

  var name: String? { opaque?.name }

  /// One level of nested lists as text.
  var words: String {
    switch kind {
    case .none: "none"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): value
    case .list(let items): "[\(items.map(\.words).joined(separator: ", "))]"
    case .opaque(let object): object.name
    default: "?"
    }
  }
}
