import APCore
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import SAMAudio

/// The transformer of the small checkpoint against what the reference gave.
@Suite struct DiffusionTransformerTests {
  struct Setting {
    let checkpoint: Checkpoint
    let config: SAMAudioConfig
    let golden: Golden

    init() throws {
      checkpoint = try Checkpoint.open(fixture("sam-audio/checkpoint.pt"))
      config = try SAMAudioConfig(path: fixture("sam-audio/config.json"))
      golden = try Golden("sam-audio/golden")
    }

    func transformer(threads: Int = 2, numerics: Numerics = Numerics()) throws
      -> DiffusionTransformer
    {
      try DiffusionTransformer(
        checkpoint.weights(), config: config, numerics: numerics, workers: Workers(threads: threads)
      )
    }

    var mixture: Latent {
      get throws {
        let (shape, values) = try golden.tensor("codec_mean")
        return Latent(channels: shape[0], frames: shape[1], values: values)
      }
    }

    var text: TextFeatures {
      get throws {
        let (shape, values) = try golden.tensor("text_features")
        return TextFeatures(tokens: shape[1], width: shape[2], values: values)
      }
    }

    func field(
      _ transformer: DiffusionTransformer, anchors: [AnchorClass]? = nil
    ) throws -> VectorField {
      transformer.field(mixture: try mixture, text: try text, anchors: anchors)
    }
  }

  @Test(arguments: [0, 0.25, 0.96875] as [Float]) func velocityIsTheReferences(time: Float) throws {
    let setting = try Setting()
    let transformer = try setting.transformer()
    let velocity = try setting.field(transformer)(setting.golden.tensor("noise").values, time)
    let name = time == 0 ? "velocity_t0.0" : "velocity_t\(time)"
    #expect(Golden.error(velocity, try setting.golden.tensor(name).values) <= 2e-5)
  }

  @Test func velocityWithAnchorsIsTheReferences() throws {
    let setting = try Setting()
    let transformer = try setting.transformer()
    let anchors = AnchorClass.classes(
      [
        AnchorSpan(isPresent: true, start: 0.12, end: 0.32),
        AnchorSpan(isPresent: false, start: 0.36, end: 0.48),
      ], frames: 13, codec: setting.config.audioCodec)
    let field = try setting.field(transformer, anchors: anchors)
    let velocity = field(try setting.golden.tensor("noise").values, 0.25)
    let expected = try setting.golden.tensor("velocity_anchors_t0.25").values
    #expect(Golden.error(velocity, expected) <= 2e-5)
  }

  /// How many rows a table has follows from its place, not from the file.
  @Test(arguments: [
    ("transformer.layers.0.scale_shift_table", 2),
    ("transformer.final_layer_scale_shift_table", 6),
  ])
  func aTableOfOtherRowsIsRefused(name: String, rows: Int) throws {
    let setting = try Setting()
    let folder = try TemporaryFolder()
    var tensors = try CheckpointLayoutTests.needed()
    let width = setting.config.transformer.dim
    tensors.tensors[name] = TestTensors.Tensor(
      type: .float32, shape: [rows, width], bytes: Array(repeating: 0, count: 4 * rows * width))
    let path = try folder.write(tensors.safetensors, to: "model.safetensors")
    let error = #expect(throws: FilterError.self) {
      try DiffusionTransformer(
        Checkpoint.open(path).weights(), config: setting.config, workers: Workers(threads: 1))
    }
    #expect(error?.code == .misshapedTensor)
    #expect(error?.message.contains("\"\(name)\"") == true)
  }

  @Test func everyStageIsTheReferences() throws {
    let setting = try Setting()
    let transformer = try setting.transformer()
    var stages: [String: [Float]] = [:]
    transformer.probe = Probe { stages[$0] = $2 }
    _ = try setting.field(transformer)(setting.golden.tensor("noise").values, 0.25)
    let golden = setting.golden
    func expect(_ stage: String, _ expected: [Float]) throws {
      let values = try #require(stages[stage], "no stage \(stage)")
      #expect(Golden.error(values, expected) <= 2e-5, "\(stage)")
    }
    try expect("aligned", golden.tensor("dit_aligned").values)
    let (shape, rows) = try golden.tensor("dit_x_embedder_bcl")
    let (width, frames) = (shape[1], shape[2])
    var before = (0..<frames * width).map { rows[$0 % width * frames + $0 / width] }
    try expect("x_embedder", before)
    try expect("y_embedder", golden.tensor("dit_y_embedder").values)

    // The reference's attention and feed-forward layers end before their gates.
    let weights = setting.checkpoint.weights()["transformer"]["layers"]
    let time = try golden.tensor("dit_t_block").values
    for layer in 0..<setting.config.transformer.nLayers {
      let table = try weights[layer].floats("scale_shift_table", shape: [6, width])
      let gates = zip(table, time).map { $0 + $1 }
      for (stage, name, row) in [
        ("attention", "selfattn", 2), ("cross_attention", "crossattn", nil),
        ("feed_forward", "ff", 5),
      ] as [(String, String, Int?)] {
        let added = try golden.tensor("dit_layer\(layer)_\(name)").values
        for index in before.indices {
          before[index] += added[index] * (row.map { gates[$0 * width + index % width] } ?? 1)
        }
        try expect("layers.\(layer).\(stage)", before)
      }
      try expect("layers.\(layer).feed_forward", golden.tensor("dit_layer\(layer)").values)
    }
  }

  @Test(arguments: [
    ("ode_midpoint16", ODESolver(method: .midpoint, steps: 16)),
    ("ode_midpoint4", ODESolver(method: .midpoint, steps: 4)),
    ("ode_euler16", ODESolver(method: .euler, steps: 16)),
    ("ode_euler32", ODESolver(method: .euler, steps: 32)),
    ("ode_midpoint_0.3", ODESolver(method: .midpoint, grid: [0, 0.3, 0.6, 0.9, 1])),
  ])
  func statesAtTheEndAreTheReferences(name: String, solver: ODESolver) throws {
    let setting = try Setting()
    let transformer = try setting.transformer()
    let field = transformer.field(
      mixture: try setting.mixture, text: try setting.text, times: solver.times)
    let state = solver(from: try setting.golden.tensor("noise").values, field)
    #expect(Golden.error(state, try setting.golden.tensor(name).values) <= 1e-4)
  }

  @Test func sameBytesForAnyNumberOfThreads() throws {
    let setting = try Setting()
    // More frames than a panel has tokens.
    let (mixture, state) = random(frames: 101, setting.config)
    let text = try setting.text
    let results = try [1, 2, 3, 7].map { threads in
      let transformer = try setting.transformer(threads: threads)
      return transformer.field(mixture: mixture, text: text)(state, 0.5)
    }
    for result in results { #expect(result == results[0]) }
    #expect(results[0].allSatisfy { $0.isFinite })
  }

  /// Windows and texts of other lengths in between, and times asked for before or not, leave no trace.
  @Test func nothingStaysOfEarlierFields() throws {
    let setting = try Setting()
    let (used, fresh) = (try setting.transformer(), try setting.transformer())
    let (long, longState) = random(frames: 150, setting.config)
    let (short, shortState) = random(frames: 1, setting.config)
    let text = try setting.text
    let word = TextFeatures(tokens: 1, width: text.width, values: Array(text.values[..<text.width]))
    _ = used.field(mixture: long, text: text, times: [0, 0.25, 0.5])(longState, 0.25)
    let one = used.field(mixture: short, text: word)(shortState, 0.5)
    #expect(one == fresh.field(mixture: short, text: word)(shortState, 0.5))
    #expect(one.count == setting.config.stateChannels)
    let again = used.field(mixture: long, text: text)(longState, 0.5)
    #expect(again == fresh.field(mixture: long, text: text)(longState, 0.5))
  }

  /// Half the memory, and an error that follows from rounding each weight to 8 or 11 bits.
  @Test(
    arguments: [
      (Numerics(stored: .bf16), 2e-2), (Numerics(stored: .f16), 2e-3),
      (Numerics(multiplied: .bf16), 2e-2), (Numerics(stored: .f16, multiplied: .bf16), 2e-2),
      (Numerics(multiplied: .int8), 4e-2), (Numerics(multiplied: .int8, others: .f32), 4e-2),
      (Numerics(multiplied: .f16), 4e-3), (Numerics(multiplied: .int8, others: .f16), 4e-2),
    ] as [(Numerics, Float)])
  func weightsAndProductsMayBeOfHalfTheSize(numerics: Numerics, bound: Float) throws {
    let setting = try Setting()
    let transformer = try setting.transformer(numerics: numerics)
    let velocity = try setting.field(transformer)(setting.golden.tensor("noise").values, 0.25)
    let error = Golden.error(velocity, try setting.golden.tensor("velocity_t0.25").values)
    #expect(error <= bound)
    #expect(error > 1e-5, "the numbers are rounded")
  }

  private func random(
    frames: Int, _ config: SAMAudioConfig
  ) -> (mixture: Latent, state: [Float]) {
    let channels = config.audioCodec.codebookDim
    let noise = Sounds.noise(frames: 3 * channels * frames, seed: UInt64(frames))
    return (
      Latent(channels: channels, frames: frames, values: Array(noise[..<(channels * frames)])),
      Array(noise[(channels * frames)...])
    )
  }
}
