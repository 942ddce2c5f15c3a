import Checkpoints
import Separation
import Tensors
import TestSupport
import Testing

@testable import SAMAudio

/// Whole windows by the small checkpoint, against what the reference gave.
@Suite struct WindowSeparatorTests {
  typealias Stem = WindowSeparator.Stem

  private let setting: DiffusionTransformerTests.Setting
  private let workers = Workers(threads: 2)
  private let codec: DACVAE
  private let mixture: [Float]

  init() throws {
    setting = try DiffusionTransformerTests.Setting()
    codec = try DACVAE(
      setting.checkpoint.weights(), config: setting.config.audioCodec, workers: workers)
    mixture = try setting.golden.tensor("wave_mono").values
  }

  /// The golden noise, and the golden bits.
  private var draws: WindowDraws {
    get throws {
      let bits = try setting.golden.tensor("watermark_message").values.map { $0 == 1 }
      return WindowDraws(
        noise: [try setting.golden.tensor("noise").values],
        messages: [Array(bits[..<16]), Array(bits[16...])])
    }
  }

  private func separated(
    _ settings: SAMSettings, of samples: [Float]? = nil, texts: [TextFeatures]? = nil,
    spans: [AnchorSpan] = [],
    draws: WindowDraws? = nil, start: Double = 0, numerics: Numerics = Numerics(),
    done: (Double) -> Void = { _ in }, say: @escaping (String) -> Void = { _ in }
  ) throws -> [(stem: Stem, sound: [Float])] {
    let separator = WindowSeparator(
      codec: codec,
      transformer: try OverflowGuard(numerics, notice: OverflowNotice(say)) {
        try setting.transformer(numerics: $0)
      },
      prompts: (try texts ?? [setting.text]).map { PromptFeatures(text: $0, spans: spans) },
      settings: settings)
    var sounds: [(Stem, [Float])] = []
    try separator(
      samples ?? mixture, draws: try draws ?? self.draws, start: start, progress: done
    ) { sounds.append(($0, $1)) }
    return sounds
  }

  private static func settings(
    _ method: ODESolver.Method = .euler, steps: Int = 2, residuals: Bool = false,
    chained: Bool = false, watermark: Bool = true
  ) -> SAMSettings {
    var settings = SAMSettings()
    settings.method = method
    settings.steps = steps
    settings.givesResiduals = residuals
    settings.chainsResiduals = chained
    settings.hasWatermark = watermark
    return settings
  }

  @Test func targetAndResidualAreTheReferences() throws {
    let sounds = try separated(Self.settings(.midpoint, steps: 16, residuals: true))
    #expect(sounds.map(\.stem) == [.target(0), .residual(0)])
    for (sound, name) in zip(sounds, ["separate_target", "separate_residual"]) {
      #expect(sound.sound.count == mixture.count)
      let expected = try setting.golden.tensor(name).values.prefix(mixture.count)
      #expect(Golden.error(sound.sound, Array(expected)) <= 1e-4, "\(name)")
    }
  }

  @Test func targetByEulerStepsIsTheReferences() throws {
    let sounds = try separated(Self.settings(.euler, steps: 16))
    #expect(sounds.map(\.stem) == [.target(0)])
    let expected = try setting.golden.tensor("separate_euler_target").values.prefix(mixture.count)
    #expect(Golden.error(sounds[0].sound, Array(expected)) <= 1e-4)
  }

  /// What overflows in half precision is what float32 makes of it; a sound that is no number is no overflow.
  @Test(
    arguments: [(noise: 1, sound: 1, isAgain: false), (1e7, 1, true), (1, .nan, false)]
      as [(noise: Float, sound: Float, isAgain: Bool)])
  func aWindowThatOverflowsIsSolvedAgain(noise: Float, sound: Float, isAgain: Bool) throws {
    let draws = try draws
    let loud = WindowDraws(
      noise: draws.noise.map { $0.map { $0 * noise } }, messages: draws.messages)
    let samples = mixture.map { $0 * sound }
    var sentences: [String] = []
    let half = try separated(
      Self.settings(), of: samples, draws: loud, numerics: Numerics(multiplied: .f16),
      say: { sentences.append($0) })
    let exact = try separated(Self.settings(), of: samples, draws: loud)
    #expect(sentences.count == (isAgain ? 1 : 0))
    #expect((half[0].sound == exact[0].sound) == isAgain)
    if isAgain { #expect(half[0].sound.areFinite) }
    if sound == 1 { #expect(Golden.error(half[0].sound, exact[0].sound) < 1e-2) }
  }

  /// The sound of a golden state, without a watermark and cut to the mixture's length.
  @Test func theWatermarkCanBeLeftOut() throws {
    let (shape, state) = try setting.golden.tensor("ode_midpoint16")
    let (frames, width) = (shape[1], shape[2])
    for half in 0..<2 {
      let rows = (half * width / 2..<(half + 1) * width / 2).flatMap { channel in
        (0..<frames).map { state[$0 * width + channel] }
      }
      let latent = Latent(channels: width / 2, frames: frames, values: rows)
      let expected = codec.decode(latent, message: nil).prefix(mixture.count)
      let sounds = try separated(
        Self.settings(.midpoint, steps: 16, residuals: true, watermark: false))
      #expect(Golden.error(sounds[half].sound, Array(expected)) <= 1e-4)
      let name = ["separate_target", "separate_residual"][half]
      let marked = try setting.golden.tensor(name).values.prefix(mixture.count)
      #expect(Golden.error(sounds[half].sound, Array(marked)) > 1e-3)
    }
  }

  /// Two steps by hand, with the velocities that `DiffusionTransformerTests` holds to the reference.
  @Test func spansReachTheVelocities() throws {
    let spans = ["+10.12..10.32", "-10.36..10.48"].compactMap { AnchorSpan($0) }
    let anchors = AnchorClass.classes(
      spans, windowStart: 10, frames: 13, codec: setting.config.audioCodec)
    #expect(Set(anchors) == [.null, .present, .absent])
    let transformer = try setting.transformer()
    let field = transformer.field(
      mixture: codec.encode(mixture), text: try setting.text, anchors: anchors)
    var state = try draws.noise[0]
    withExtendedLifetime(transformer) {
      for time in [0, 0.5] as [Float] {
        state = zip(state, field(state, time)).map { $0 + 0.5 * $1 }
      }
    }
    let channels = setting.config.audioCodec.codebookDim
    let latent = Latent(
      channels: channels, frames: 13,
      values: (0..<channels).flatMap { channel in
        (0..<13).map { state[$0 * 2 * channels + channel] }
      })
    let expected = codec.decode(latent, message: nil).prefix(mixture.count)
    let sounds = try separated(Self.settings(watermark: false), spans: spans, start: 10)
    #expect(Golden.error(sounds[0].sound, Array(expected)) <= 1e-4)
    let without = try separated(Self.settings(watermark: false))
    #expect(Golden.error(without[0].sound, Array(expected)) > 1e-3)
  }

  /// Each prompt gets the same noise and the same bits, and nothing of the others.
  @Test func promptsDoNotTouchEachOther() throws {
    let text = try setting.text
    let word = TextFeatures(tokens: 1, width: text.width, values: Array(text.values[..<text.width]))
    let settings = Self.settings(residuals: true)
    let both = try separated(settings, texts: [text, word, text])
    #expect(both.map(\.stem) == (0..<3).flatMap { [.target($0), .residual($0)] })
    for (index, prompt) in [text, word, text].enumerated() {
      let alone = try separated(settings, texts: [prompt])
      #expect(both[2 * index].sound == alone[0].sound)
      #expect(both[2 * index + 1].sound == alone[1].sound)
    }
    #expect(both[0].sound != both[2].sound)
  }

  /// A chain is as if the residual that came out were separated again.
  @Test(arguments: [true, false]) func residualsAreChained(watermark: Bool) throws {
    let text = try setting.text
    let word = TextFeatures(tokens: 1, width: text.width, values: Array(text.values[..<text.width]))
    let chain = try separated(
      Self.settings(chained: true, watermark: watermark), texts: [text, word])
    #expect(chain.map(\.stem) == [.target(0), .target(1), .residual(1)])
    let settings = Self.settings(residuals: true, watermark: watermark)
    let first = try separated(settings, texts: [text])
    let second = try separated(settings, of: first[1].sound, texts: [word])
    #expect(chain.map(\.sound) == [first[0].sound, second[0].sound, second[1].sound])
    let all = try separated(
      Self.settings(residuals: true, chained: true, watermark: watermark), texts: [text, word])
    #expect(all.map(\.stem) == [.target(0), .residual(0), .target(1), .residual(1)])
    #expect(all.map(\.sound) == (first + second).map(\.sound))
  }

  @Test(arguments: [1, 2, 960, 961, 1919, 1920, 1921, 5000])
  func soundsAreAsLongAsTheMixture(frames: Int) throws {
    for samples in [Sounds.noise(frames: frames), [Float](repeating: 0, count: frames)] {
      let draws = WindowDraws(seed: 3, frames: frames, config: setting.config)
      let sounds = try separated(Self.settings(residuals: true), of: samples, draws: draws)
      #expect(sounds.map(\.sound.count) == [frames, frames])
      #expect(sounds.allSatisfy { $0.sound.allSatisfy(\.isFinite) })
    }
  }

  @Test func whatIsDrawnIsTorchs() throws {
    let draws = WindowDraws(seed: 42, frames: mixture.count, config: setting.config)
    let noise = try setting.golden.tensor("randn_seed42").values
    #expect(Golden.error(draws.noise[0], noise) <= 5e-7)
    let bits = try setting.golden.tensor("randint_after_seed42").values.map { $0 == 1 }
    #expect(draws.messages == [Array(bits[..<16]), Array(bits[16...])])
  }

  @Test func progressGoesToTheEnd() throws {
    var parts: [Double] = []
    let text = try setting.text
    _ = try separated(Self.settings(.midpoint, steps: 2), texts: [text, text]) { parts.append($0) }
    #expect(parts == (1...8).map { Double($0) / 8 })
  }

  /// One draw is for all candidates.
  @Test func whatIsDrawnForCandidatesIsTorchs() throws {
    let golden = try Golden("sam-audio-spans/candidates.golden")
    let draws = WindowDraws(
      seed: 7, frames: mixture.count, candidates: 3, config: setting.config)
    let noise = try golden.tensor("noise").values
    // PyTorch's own differ so much from processor to processor.
    #expect(Golden.error(draws.noise.flatMap { $0 }, noise) <= 6e-7)
    #expect(draws.messages == (try golden.rows("watermark_bits")).map { $0.map { $0 == 1 } })
    let single = WindowDraws(seed: 7, frames: mixture.count, config: setting.config)
    #expect(single.noise[0] == draws.noise[0])
  }

  /// What comes out is what the best candidate's noise and bits give alone.
  @Test func theBestCandidateComesOut() throws {
    let files = try JudgeFolder().open()
    let texts = try files.features(
      of: ["man speaking"], numerics: Numerics(), workers: workers, cache: nil)
    let ranker = JudgeRanker(files: files, texts: texts, numerics: Numerics(), workers: workers)
    var settings = Self.settings(residuals: true)
    settings.candidates = 3
    let draws = WindowDraws(
      seed: 7, frames: mixture.count, candidates: 3, config: setting.config)
    let separator = WindowSeparator(
      codec: codec,
      transformer: try OverflowGuard(Numerics(), notice: OverflowNotice { _ in }) {
        try setting.transformer(numerics: $0)
      },
      prompts: [PromptFeatures(text: try setting.text)], settings: settings,
      rankers: WeightedRankers(rankers: [(ranker, 1)]))
    var (sounds, choices, parts): ([[Float]], [CandidateChoice], [Double]) = ([], [], [])
    try separator(
      mixture, draws: draws, start: 0, progress: { parts.append($0) },
      found: { if case .choice(let choice, prompt: 0) = $0 { choices.append(choice) } }
    ) { sounds.append($1) }
    #expect(parts == (1...6).map { Double($0) / 6 })
    let choice = try #require(choices.first)
    #expect(choices.count == 1)
    #expect(choice.totals.count == 3)
    #expect(choice.best == choice.totals.firstIndex(of: choice.totals.max()!))
    let alone = try (0..<3).map { candidate in
      try separated(
        Self.settings(residuals: true),
        draws: WindowDraws(
          noise: [draws.noise[candidate]],
          messages: Array(draws.messages[2 * candidate..<2 * candidate + 2])))
    }
    #expect(sounds == alone[choice.best].map(\.sound))
  }

  /// The predicted spans are what the same ones do that are given.
  @Test func predictedSpansReachTheVelocities() throws {
    let model = try FrameModelFolder().open()
    let codecConfig = setting.config.audioCodec
    let words = "man speaking"
    let texts = try model.features(
      of: [words], numerics: Numerics(), workers: workers, cache: nil)
    let separator = WindowSeparator(
      codec: codec,
      transformer: try OverflowGuard(Numerics(), notice: OverflowNotice { _ in }) {
        try setting.transformer(numerics: $0)
      },
      prompts: [PromptFeatures(text: try setting.text, heard: texts[0])],
      settings: Self.settings(watermark: false),
      predictor: SpanPredictor(
        model: model, threshold: 0.3, codec: codecConfig, numerics: Numerics(), workers: workers))
    var (sounds, found): ([[Float]], [PredictedSpans]) = ([], [])
    try separator(
      mixture, draws: try draws, start: 0, progress: { _ in },
      found: { if case .spans(let spans, prompt: 0) = $0 { found.append(spans) } }
    ) { sounds.append($1) }
    #expect(found.map(\.runs) == [[0..<1, 4..<5, 6..<7, 8..<9, 10..<13]])
    let spans = found[0].anchorFrames.map { range in
      AnchorSpan(
        isPresent: true, start: (Double(range.lowerBound) - 0.5) * 0.04,
        end: (Double(range.upperBound) - 0.5) * 0.04)
    }
    let given = try separated(Self.settings(watermark: false), spans: spans)
    #expect(sounds == given.map(\.sound))
    #expect(sounds != (try separated(Self.settings(watermark: false))).map(\.sound))
  }
}
