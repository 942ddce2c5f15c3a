import APCore
import Separation
import TestSupport
import Testing

@testable import Checkpoints
@testable import SAMAudio
@testable import Tensors

/// The small checkpoint in every layout that is read.
@Suite struct CheckpointLayoutTests {
  static func released() throws -> TestTensors {
    try TestTensors(file: fixture("sam-audio/checkpoint.pt"))
  }

  /// What the networks take of it.
  static func needed() throws -> TestTensors {
    try released().filter { !$0.hasPrefix("vision_encoder.") }
  }

  struct Layout: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: @Sendable (TestTensors) -> [String: [UInt8]]
    var hasVideo = true
  }

  static let layouts = [
    Layout(testDescription: "checkpoint.pt") { ["checkpoint.pt": $0.archive] },
    Layout(testDescription: "one safetensors file") { ["model.safetensors": $0.safetensors] },
    Layout(testDescription: "the codec beside") { tensors in
      [
        "model.safetensors": tensors.filter { !$0.hasPrefix("audio_codec.") }.safetensors,
        "audio_codec.safetensors": tensors.filter { $0.hasPrefix("audio_codec.") }.safetensors,
      ]
    },
    Layout(testDescription: "the codec under its own names") { tensors in
      let codec = tensors.filter { $0.hasPrefix("audio_codec.") }.tensors.map {
        (String($0.key.dropFirst("audio_codec.".count)), $0.value)
      }
      return [
        "model.safetensors": tensors.filter { !$0.hasPrefix("audio_codec.") }.safetensors,
        "audio_codec.safetensors":
          TestTensors(Dictionary(uniqueKeysWithValues: codec)).safetensors,
      ]
    },
    Layout(testDescription: "parts", files: parts),
    Layout(testDescription: "newer weight norm") { tensors in
      let renamed = tensors.tensors.map { name, tensor in
        (
          name.replacing("weight_g", with: "parametrizations.weight.original0")
            .replacing("weight_v", with: "parametrizations.weight.original1"), tensor
        )
      }
      return [
        "model.safetensors": TestTensors(Dictionary(uniqueKeysWithValues: renamed)).safetensors
      ]
    },
    Layout(
      testDescription: "mlx", files: { ["model.safetensors": $0.converted().safetensors] },
      hasVideo: false),
    Layout(testDescription: "mlx in parts", files: { parts($0.converted()) }, hasVideo: false),
  ]

  /// Three files, tensor by tensor in turns, and their list.
  static func parts(_ tensors: TestTensors) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    var list: [String] = []
    let names = tensors.tensors.keys.sorted()
    for part in 0..<3 {
      let file = "model-0000\(part + 1)-of-00003.safetensors"
      let own = Set(names.indices.filter { $0 % 3 == part }.map { names[$0] })
      files[file] = tensors.filter(own.contains).safetensors
      list += own.map { #""\#($0)": "\#(file)""# }
    }
    files["model.safetensors.index.json"] = Array(
      #"{"metadata": {}, "weight_map": {\#(list.joined(separator: ", "))}}"#.utf8)
    return files
  }

  @Test(arguments: layouts) func tensorsAreTheReleasedOnes(layout: Layout) throws {
    let needed = try Self.needed()
    let folder = try ModelFolder(layout.files(Self.released()))
    let files = try #require(CheckpointFiles(folder: folder.path))
    let read = try TestTensors(files.open()).tensors
    let expected = needed.filter { layout.hasVideo || !$0.hasPrefix("align_masked_video.") }.tensors
    #expect(read.keys.sorted() == expected.keys.sorted())
    for (name, tensor) in expected {
      // Two biases that are added anyway come as their sum and zeros.
      if !layout.hasVideo, name.contains(".lstm.bias_ih") {
        let other = name.replacing("bias_ih", with: "bias_hh")
        let sum = zip(tensor.floats, expected[other]!.floats).map { $0 + $1 }
        #expect(read[name]?.floats == sum)
        #expect(read[other]?.floats == sum.map { _ in 0 })
      } else if layout.hasVideo || !name.contains(".lstm.bias_hh") {
        #expect(read[name] == tensor, "\(name)")
      }
    }
  }

  @Test(arguments: layouts) func velocityIsTheReleasedOnes(layout: Layout) throws {
    let folder = try ModelFolder(layout.files(Self.released()))
    let released = try WeightMap(Checkpoint.open(fixture("sam-audio/checkpoint.pt")))
    let expected = try released.moved { name in
      layout.hasVideo || !name.hasPrefix("align_masked_video.") ? .init(name) : nil
    }
    let tensors = try #require(CheckpointFiles(folder: folder.path)).open()
    #expect(try velocity(tensors) == velocity(expected))
  }

  /// Half the size: the velocity is that of rounded weights.
  @Test(arguments: [NumberFormat.bf16, .f16]) func elementsMayBeOfHalfTheSize(
    format: NumberFormat
  ) throws {
    let narrowed = try Self.released().narrowed(to: format)
    let folder = try ModelFolder(["model.safetensors": narrowed.safetensors])
    let tensors = try #require(CheckpointFiles(folder: folder.path)).open()
    let read = try TestTensors(tensors).tensors
    #expect(read == narrowed.filter { !$0.hasPrefix("vision_encoder.") }.tensors)
    let velocity = try velocity(tensors)
    let golden = try Golden("sam-audio/golden").tensor("velocity_t0.25").values
    let error = Golden.error(velocity, golden)
    #expect(error <= (format == .bf16 ? 3e-2 : 3e-3))
    #expect(error > 1e-5, "the weights are rounded")
  }

  @Test func onlyTheReleasedFilesKnowAboutVideo() throws {
    for layout in [Self.layouts[0], Self.layouts[6]] {
      let folder = try ModelFolder(layout.files(Self.released()))
      let notice = try SAMModels(variable: { _ in nil }, executable: nil).find(folder.path).open()
        .notice
      #expect((notice == nil) == layout.hasVideo)
    }
  }

  // MARK: Refused

  @Test func partsMustFitTheirList() throws {
    var files = Self.parts(try Self.released())
    let part = "model-00002-of-00003.safetensors"
    files[part] = TestTensors().safetensors
    let error = #expect(throws: FilterError.self) { try open(files) }
    #expect(error?.code == .damagedCheckpoint)
    #expect(error?.message.contains("says that \(part) has a tensor \"") == true)
    files[part] = nil
    let missing = #expect(throws: FilterError.self) { try open(files) }
    #expect(missing?.code == .noInput)
  }

  @Test(arguments: [
    "", "{", "[]", "{}", #"{"weight_map": {}}"#, #"{"weight_map": {"a": 1}}"#,
    #"{"weight_map": {"a": "../secret.safetensors"}}"#, #"{"weight_map": {"a": "/etc/passwd"}}"#,
  ])
  func damagedListIsRefused(text: String) throws {
    let error = #expect(throws: FilterError.self) {
      try open(["model.safetensors.index.json": Array(text.utf8)])
    }
    #expect(error?.code == .damagedCheckpoint)
    #expect(error?.message.contains("model.safetensors.index.json is damaged") == true)
  }

  @Test func tensorOfTwoFilesIsRefused() throws {
    let tensors = try Self.released()
    var files = Self.parts(tensors)
    files["model-00002-of-00003.safetensors"] = tensors.safetensors
    let error = #expect(throws: FilterError.self) { try open(files) }
    #expect(error?.code == .damagedCheckpoint)
    #expect(error?.message.contains("is there twice") == true)
  }

  /// A tensor that was renamed is found in the file under the name that is there.
  @Test func messagesNameTheFilesOwnTensor() throws {
    var tensors = try Self.released().converted()
    tensors.tensors["audio_codec.encoder.conv_in.bias"]?.shape = [2, 4]
    let weights = try open(["model.safetensors": tensors.safetensors]).weights()
    let error = #expect(throws: FilterError.self) {
      try weights["audio_codec"]["encoder"]["block"][0].floats("bias", shape: [8])
    }
    #expect(error?.message.contains("\"audio_codec.encoder.block.0.bias\"") == true)
    #expect(error?.message.contains("(there \"audio_codec.encoder.conv_in.bias\")") == true)
  }

  // MARK: -

  private func open(_ files: [String: [UInt8]]) throws -> WeightMap {
    let folder = try ModelFolder(files)
    return try #require(CheckpointFiles(folder: folder.path)).open()
  }

  private func velocity(_ tensors: WeightMap) throws -> [Float] {
    let setting = try DiffusionTransformerTests.Setting()
    let transformer = try DiffusionTransformer(
      tensors.weights(), config: setting.config, workers: Workers(threads: 2))
    return try setting.field(transformer)(setting.golden.tensor("noise").values, 0.25)
  }
}
