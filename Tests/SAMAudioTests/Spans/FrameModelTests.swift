import APCore
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import SAMAudio

/// PE-A-Frame against what the reference gave.
@Suite struct FrameModelTests {
  /// A case of the golden file.
  struct Case: Sendable {
    let name: String
    let entry: JSONValue

    var prompt: String { entry["prompt"]?.string ?? "" }
    func ranges(_ name: String) -> [Range<Int>] {
      (entry[name]?.array ?? []).compactMap { pair in
        guard let ends = pair.array?.compactMap(\.int), ends.count == 2 else { return nil }
        return ends[0]..<ends[1]
      }
    }
  }

  static let cases: [Case] = {
    let json = (try? Files.read(fixture("sam-audio-spans/pe-a-frame.golden.json"))).flatMap {
      try? JSONValue(parsing: $0, limits: JSONLimits(bytes: 1 << 20))
    }
    return (json?["cases"]?.array ?? []).map { Case(name: $0["name"]?.string ?? "", entry: $0) }
  }()

  private let workers = Workers(threads: 2)

  private static func latent(_ name: String) throws -> Latent {
    let (shape, values) = try Golden("sam-audio-spans/pe-a-frame.golden").tensor("\(name).features")
    return Latent(
      channels: shape[1], frames: shape[0],
      values: (0..<shape[1]).flatMap { channel in
        (0..<shape[0]).map { values[$0 * shape[1] + channel] }
      })
  }

  /// Where everything, or nothing, is above the threshold, the bias was another.
  private static func bias(_ name: String) -> Float? { ["none": -40, "all": 40][name] }

  private static func folder(
    _ name: String, _ release: FrameModelFolder.Release
  ) throws -> FrameModelFolder {
    try FrameModelFolder(release) { tensors in
      guard let bias = Self.bias(name) else { return }
      tensors.tensors["logit_bias"]?.bytes = (0..<4).map {
        UInt8(truncatingIfNeeded: bias.bitPattern >> (8 * $0))
      }
    }
  }

  @Test func thereAreSevenCases() { #expect(Self.cases.count == 7) }

  @Test(arguments: cases, FrameModelFolder.Release.allCases)
  func probabilitiesAndSpansAreTheReferences(
    item: Case, release: FrameModelFolder.Release
  ) throws {
    let folder = try Self.folder(item.name, release)
    let model = try folder.open()
    let golden = try Golden("sam-audio-spans/pe-a-frame.golden")
    let texts = try model.features(
      of: [item.prompt], numerics: Numerics(), workers: workers, cache: nil)
    #expect(
      Golden.error(texts[0].values, try golden.tensor("\(item.name).text_embed").values) <= 1e-4)
    let latent = try Self.latent(item.name)
    let scorer = try model.scorer(
      channels: latent.channels, numerics: Numerics(), workers: workers)
    let probabilities = scorer(latent, texts: texts)[0]
    let expected = try golden.tensor("\(item.name).probs").values
    #expect(zip(probabilities, expected).allSatisfy { abs($0 - $1) <= 1e-4 })
    let codec = try SAMAudioConfig(path: fixture("sam-audio/config.json")).audioCodec
    let spans = PredictedSpans(probabilities, threshold: 0.3, codec: codec)
    #expect(spans.runs == item.ranges("runs"))
    #expect(spans.frames == expected.count)
    #expect(
      spans.anchorFrames == item.ranges("anchor_frames").map { $0.clamped(to: 0..<spans.frames) })
  }

  @Test(arguments: ["sam", "sam2", "long", "one"])
  func everyStageIsTheReferences(name: String) throws {
    let item = try #require(Self.cases.first { $0.name == name })
    let model = try FrameModelFolder().open()
    let golden = try Golden("sam-audio-spans/pe-a-frame.golden")
    var stages: [String: [Float]] = [:]
    let probe = Probe { stages[$0] = $2 }
    let ids = model.prompts.tokens(of: item.prompt)
    #expect(ids == item.entry["ids"]?.array?.compactMap(\.int))
    let encoder = try model.prompts.encoder(
      model.tensors.weights()["text_model"], numerics: Numerics(), workers: workers)
    _ = encoder(ids, probe)
    let latent = try Self.latent(name)
    let scorer = try model.scorer(
      channels: latent.channels, numerics: Numerics(), workers: workers)
    _ = scorer(latent, texts: [], probe)
    let names = ["patch", "layer0", "layer1", "output", "embed"].map { ($0, "audio_\($0)") }
    var seen = 0
    for (stage, reference) in names + (0...5).map({ ("text\($0)", "text\($0)") }) {
      guard let expected = try? golden.tensor("\(name).\(reference)").values else { continue }
      let values = try #require(stages[stage], "no stage \(stage)")
      #expect(Golden.error(values, expected) <= 1e-4, "\(stage)")
      seen += 1
    }
    // Of the long case the last ones are kept.
    #expect(seen == (name == "long" ? 2 : 11))
  }

  /// All formats of weights and products give nearly the same.
  @Test(arguments: [NumberFormat.f32, .bf16, .f16], [NumberFormat.f32, .bf16])
  func everyPrecisionIsNear(stored: NumberFormat, multiplied: NumberFormat) throws {
    let item = try #require(Self.cases.first { $0.name == "sam2" })
    let numerics = Numerics(stored: stored, multiplied: multiplied)
    let model = try FrameModelFolder().open()
    let latent = try Self.latent("sam2")
    func probabilities(_ numerics: Numerics) throws -> [Float] {
      let texts = try model.features(
        of: [item.prompt], numerics: numerics, workers: workers, cache: nil)
      return try model.scorer(
        channels: latent.channels, numerics: numerics, workers: workers)(latent, texts: texts)[0]
    }
    let (rounded, exact) = (try probabilities(numerics), try probabilities(Numerics()))
    func error(_ expected: [Float]) -> Float {
      zip(rounded, expected).map { abs($0 - $1) }.max() ?? 1
    }
    let isExact = stored == .f32 && multiplied == .f32
    let expected = try Golden("sam-audio-spans/pe-a-frame.golden").tensor("sam2.probs").values
    #expect(error(expected) <= (isExact ? 1e-4 : 0.05))
    if !isExact { #expect(error(exact) > 1e-6, "the numbers are rounded") }
  }

  @Test func vectorsAreKept() throws {
    try expectVectorsAreKept(heard: "logit_scale", read: "text_head.proj.weight") { changed in
      try FrameModelFolder { if let changed { $0.tensors[changed]?.bytes[0] ^= 1 } }
    } _: { model, prompts, numerics, cache in
      try model.open().features(of: prompts, numerics: numerics, workers: workers, cache: cache)
    }
  }

  /// What a folder may not be like, and what the message names.
  struct Damage: Sendable {
    let file: String
    let bytes: String
    let message: String
  }

  @Test(arguments: [
    Damage(file: "config.json", bytes: "{", message: "not JSON"),
    Damage(file: "config.json", bytes: "[]", message: "not a JSON object"),
    // The defaults are those of the released sizes.
    Damage(file: "config.json", bytes: "{}", message: "shape"),
    Damage(file: "config.json", bytes: #"{"nth_text_layer": 29}"#, message: "nth_text_layer = 29"),
    Damage(
      file: "config.json",
      bytes: #"{"audio_model": {"audio_transformer": {"num_key_value_heads": 4}}}"#,
      message: "audio_model.audio_transformer.num_key_value_heads = 4"),
    Damage(
      file: "config.json",
      bytes: #"{"audio_model": {"audio_transformer": {"hidden_size": 1000000000}}}"#,
      message: "hidden_size"),
    Damage(
      file: "config.json", bytes: #"{"text_model": {"norm_bias": true}}"#,
      message: "text_model.norm_bias"),
    Damage(
      file: "config.json", bytes: #"{"text_model": {"layer_types": ["full_attention"]}}"#,
      message: "text_model.layer_types"),
    Damage(
      file: "config.json",
      bytes: #"{"text_model": {"num_hidden_layers": 1, "layer_types": ["causal"]}}"#,
      message: "text_model.layer_types"),
    Damage(
      file: "config.json", bytes: #"{"text_model": {"vocab_size": 393}}"#,
      message: "more than the 393"),
    Damage(file: "tokenizer.json", bytes: "{}", message: "not a BPE model"),
    Damage(file: "model.safetensors", bytes: "", message: "model.safetensors"),
  ])
  func refusesWhatItCannotUse(damage: Damage) throws {
    let folder = try FrameModelFolder()
    _ = try folder.folder.write(Array(damage.bytes.utf8), to: damage.file)
    let error = #expect(throws: FilterError.self) {
      let model = try folder.open()
      _ = try model.scorer(channels: 16, numerics: Numerics(), workers: workers)
    }
    #expect(error?.code.status == .data)
    #expect(error?.message.contains(damage.message) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: ["logit_scale", "audio_model.audio_transformer.layers.1.mlp.up_proj.weight"])
  func missingTensorsAreNamed(name: String) throws {
    let folder = try FrameModelFolder { $0.tensors[name] = nil }
    let error = #expect(throws: FilterError.self) {
      _ = try folder.open().scorer(channels: 16, numerics: Numerics(), workers: workers)
    }
    #expect(error?.code == .missingTensor)
  }
}
