import APCore
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import SAMAudio

/// The Judge against what the reference gave.
@Suite struct JudgeTests {
  private static let prompts = ["man speaking", "a bass guitar, and piano"]
  private let workers = Workers(threads: 2)
  private let golden: Golden
  private let mixture: [Float]

  init() throws {
    golden = try Golden("sam-audio-spans/sam-audio-judge.golden")
    mixture = try Golden("sam-audio/golden").tensor("wave_mono").values
  }

  private func ratings(
    _ files: JudgeFiles, prompt: Int, numerics: Numerics = Numerics(), _ probe: Probe? = nil
  ) throws -> [Float] {
    let text = try files.features(
      of: [Self.prompts[prompt]], numerics: numerics, workers: workers, cache: nil)
    let judge = try files.judge(numerics: numerics, workers: workers)
    let candidates = try golden.rows("candidates")
    let mixture = judge.frames(of: mixture)
    return judge(candidates, in: mixture, text: text[0].values, probe).flatMap {
      [$0.overall, $0.recall, $0.precision, $0.faithfulness]
    }
  }

  @Test(arguments: [0, 1], JudgeFolder.Release.allCases)
  func ratingsAreTheReferences(prompt: Int, release: JudgeFolder.Release) throws {
    let folder = try JudgeFolder(release)
    let name = release == .main ? "scores_main_f16" : "scores"
    let expected = try golden.tensor("p\(prompt).\(name)").values
    let ratings = try ratings(folder.open(), prompt: prompt)
    #expect(zip(ratings, expected).allSatisfy { abs($0 - $1) <= 1e-4 })
  }

  /// A width that only the tensors have: of none there is no network.
  @Test func aJudgeWithoutLatentsIsRefused() throws {
    let folder = try JudgeFolder(.main) { tensors in
      for (name, axis) in [
        ("encoder.conv2.weight", 0), ("encoder.conv2.bias", 0), ("bottleneck.in_proj.weight", 1),
      ] {
        tensors.tensors["dac_vae_encoder.\(name)"]?.shape[axis] = 0
        tensors.tensors["dac_vae_encoder.\(name)"]?.bytes = []
      }
    }
    let files = try folder.open()
    let error = #expect(throws: FilterError.self) {
      try files.judge(numerics: Numerics(), workers: workers)
    }
    #expect(error?.code == .misshapedTensor)
  }

  @Test(arguments: [0, 1]) func everyStageIsTheReferences(prompt: Int) throws {
    let files = try JudgeFolder().open()
    var stages: [String: [Float]] = [:]
    // Those of the first candidate.
    _ = try ratings(files, prompt: prompt, Probe { if stages[$0] == nil { stages[$0] = $2 } })
    for (stage, reference) in [
      ("audio_bottleneck", "audio_bottleneck"), ("audio_and_text", "audio_and_text"),
      ("patch", "finetune_patch"), ("layer0", "finetune_layer0"), ("layer1", "finetune_layer1"),
      ("per_frame", "per_frame"),
    ] {
      let expected = try golden.tensor("p\(prompt).\(reference)").values
      let values = try #require(stages[stage], "no stage \(stage)")
      #expect(Golden.error(values, expected) <= 1e-4, "\(stage)")
    }
    let text = try files.features(
      of: [Self.prompts[prompt]], numerics: Numerics(), workers: workers, cache: nil)
    let expected = try golden.tensor("p\(prompt).text_bottleneck").values
    #expect(Golden.error(text[0].values, expected) <= 1e-4)
  }

  @Test func rankerTakesTheOverallRating() throws {
    let files = try JudgeFolder().open()
    let texts = try files.features(
      of: Self.prompts, numerics: Numerics(), workers: workers, cache: nil)
    let ranker = JudgeRanker(files: files, texts: texts, numerics: Numerics(), workers: workers)
    let rankers = WeightedRankers(rankers: [(ranker, 1)])
    let candidates = try golden.rows("candidates")
    for prompt in 0..<2 {
      let scores = try golden.rows("p\(prompt).scores").map { $0[0] }
      let choice = try rankers.choose(among: candidates, in: mixture, prompt: prompt)
      #expect(choice.best == 1)
      #expect(choice.scores.map(\.ranker) == ["judge"])
      #expect(zip(choice.totals, scores).allSatisfy { abs($0 - $1) <= 1e-4 })
      #expect(!choice.isNearSilence)
    }
  }

  @Test func vectorsAreKept() throws {
    try expectVectorsAreKept(heard: "std", read: "layer_norm.bias") { changed in
      try JudgeFolder { if let changed { $0.tensors[changed]?.bytes[0] ^= 1 } }
    } _: { model, prompts, numerics, cache in
      try model.open().features(of: prompts, numerics: numerics, workers: workers, cache: cache)
    }
  }

  /// A window's mixture is heard once, and what comes next is another one, as with chained residuals.
  @Test func mixtureIsHeardOnce() throws {
    let files = try JudgeFolder().open()
    let texts = try files.features(
      of: Self.prompts, numerics: Numerics(), workers: workers, cache: nil)
    func newRanker() -> JudgeRanker {
      JudgeRanker(files: files, texts: texts, numerics: Numerics(), workers: workers)
    }
    let (candidates, ranker) = (try golden.rows("candidates"), newRanker())
    func address() -> UnsafePointer<Float>? {
      ranker.heard?.frames.withUnsafeBufferPointer { $0.baseAddress }
    }
    _ = try ranker.scores(of: candidates, in: mixture, prompt: 0)
    let first = address()
    _ = try ranker.scores(of: candidates, in: mixture, prompt: 1)
    #expect(first != nil && address() == first)
    for other in [mixture.map { 0.5 * $0 }, mixture.reversed(), mixture] {
      #expect(
        try ranker.scores(of: candidates, in: other, prompt: 1)
          == newRanker().scores(of: candidates, in: other, prompt: 1))
    }
  }

  @Test(arguments: [NumberFormat.bf16, .f16, nil], [NumberFormat.f32, .bf16])
  func everyPrecisionIsNear(stored: NumberFormat?, multiplied: NumberFormat) throws {
    let files = try JudgeFolder().open()
    let numerics = Numerics(stored: stored, multiplied: multiplied)
    let rounded = try ratings(files, prompt: 0, numerics: numerics)
    let exact = try ratings(files, prompt: 0)
    func error(_ expected: [Float]) -> Float {
      zip(rounded, expected).map { abs($0 - $1) }.max() ?? 1
    }
    #expect(try error(golden.tensor("p0.scores").values) <= 0.05)
    if stored != nil || multiplied != .f32 {
      #expect(error(exact) > 1e-6, "the numbers are rounded")
    }
  }

  @Test(arguments: [
    (#"{"bottleneck_dim": 0}"#, "bottleneck_dim"),
    (#"{"nth_text_layer": "all"}"#, "nth_text_layer"),
    (#"{"audio_codec": {"encoder_rates": [3]}}"#, "audio_codec"),
    (
      #"{"dac_vae_encoder": {"downsampling_ratios": [3, 8]}}"#,
      "dac_vae_encoder.downsampling_ratios"
    ),
    (#"{"finetune_transformer": {"hidden_size": 7}}"#, "finetune_transformer.num_attention_heads"),
    ("{}", "shape"),
  ])
  func refusesOtherConfigurations(config: String, message: String) throws {
    let folder = try JudgeFolder()
    _ = try folder.folder.write(Array(config.utf8), to: "config.json")
    let error = #expect(throws: FilterError.self) {
      _ = try folder.open().judge(numerics: Numerics(), workers: workers)
    }
    #expect(error?.code.status == .data)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: ["std", "cat_audio_proj.bias", "transformer.layers.1.self_attn.q_norm.weight"])
  func missingTensorsAreNamed(name: String) throws {
    let folder = try JudgeFolder { $0.tensors[name] = nil }
    let error = #expect(throws: FilterError.self) {
      _ = try folder.open().judge(numerics: Numerics(), workers: workers)
    }
    #expect(error?.code == .missingTensor)
  }

  /// Also where a name has a number that no encoder has so many blocks for.
  @Test(arguments: [
    "codec_norm.weight", "dac_vae_encoder.encoder.block.9223372036854775807.snake1.alpha",
    "dac_vae_encoder.encoder.block.0.res_unit-9223372036854775808.conv1.bias",
  ])
  func tensorsThatAreLeftOverAreNamed(name: String) throws {
    let folder = try JudgeFolder(.main) { $0.tensors[name] = $0.tensors["std"] }
    let error = #expect(throws: FilterError.self) {
      _ = try folder.open().judge(numerics: Numerics(), workers: workers)
    }
    #expect(error?.code == .unusedTensors)
    // The other release's name of it.
    let named = "\"\(name.replacing("dac_vae_encoder.", with: "audio_codec."))\""
    #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
  }
}
