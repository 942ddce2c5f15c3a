internal import APCore
internal import Separation

/// Separates windows, one after the other, each by all prompts (`SAMAudio.separate`).
final class WindowSeparator {
  /// A sound that comes out.
  enum Stem: Hashable {
    /// What a prompt describes, by its number.
    case target(Int)
    /// All else, by the prompt's number.
    case residual(Int)
  }

  /// Something that is found out on the way.
  enum Finding {
    /// When a prompt's sound is predicted to be heard.
    case spans(PredictedSpans, prompt: Int)
    /// Which of a prompt's candidates comes out.
    case choice(CandidateChoice, prompt: Int)
  }

  /// Takes the time of each stage.
  var probe: Probe?

  private let codec: DACVAE
  private let transformer: OverflowGuard<DiffusionTransformer>
  private let prompts: [PromptFeatures]
  private let settings: SAMSettings
  private let solver: ODESolver
  private let predictor: SpanPredictor?
  private let rankers: WeightedRankers?

  /// Tokens of the longest prompt.
  var textTokens: Int { prompts.map(\.text.tokens).max() ?? 0 }

  /// - Parameters:
  ///   - prompts: the sounds that are asked for.
  ///   - predictor: says when the sounds are heard of which nothing is known; nil: nobody does.
  ///   - rankers: choose among several candidates; nil: there is one only.
  init(
    codec: DACVAE, transformer: OverflowGuard<DiffusionTransformer>, prompts: [PromptFeatures],
    settings: SAMSettings, predictor: SpanPredictor? = nil,
    rankers: WeightedRankers? = nil
  ) {
    self.codec = codec
    self.transformer = transformer
    self.prompts = prompts
    self.settings = settings
    self.predictor = predictor
    self.rankers = rankers
    solver = ODESolver(method: settings.method, steps: settings.steps)
  }

  /// Separates a window.
  ///
  /// - Parameters:
  ///   - samples: of the mixture, mono: [N].
  ///   - draws: what is drawn for the window.
  ///   - start: where the window begins in the input, in seconds.
  ///   - progress: called with the part of the work that is done.
  ///   - found: takes what is found out, before the sounds that it is about.
  ///   - deliver: takes each stem that is asked for, [N]: prompt by prompt, the target before the residual.
  /// - Throws: what `progress` and `deliver` throw, and what loading a network throws.
  func callAsFunction(
    _ samples: [Float], draws: WindowDraws, start: Double,
    progress: (_ done: Double) throws -> Void, found: (Finding) -> Void = { _ in },
    deliver: (Stem, [Float]) throws -> Void
  ) throws {
    // 1. The mixture's latent, and what is known of its frames.
    var sound = samples
    var mixture = encode(samples)  // [C, T]
    let anchors = try anchors(of: mixture, start: start, found)

    for (number, prompt) in prompts.enumerated() {
      // 2. From noise to the latents of what is asked for, and of the rest; as often as there are candidates.
      probe?.start()
      let states = try transformer.run { transformer in
        let field = transformer.field(
          mixture: mixture, text: prompt.text, anchors: anchors[number], times: solver.times)
        return try draws.noise.enumerated().map { candidate, noise in
          try solver(from: noise, field) { count in
            let part = Double(count) / Double(solver.evaluations) + Double(candidate)
            try progress(
              (Double(number) + part / Double(draws.noise.count)) / Double(prompts.count))
          }  // [T, 2C]
        }
      } overflowed: { states in
        mixture.values.areFinite && !states.allSatisfy(\.areFinite)
      }
      probe?.lap("transformer")

      // 3. The best candidate, and its sounds that are asked for; one that the next prompt is looked for in as well.
      func decode(_ row: Int, of candidate: Int) -> [Float] {
        probe?.start()
        defer { probe?.lap("decode") }
        return codec.decode(
          Latent.half(row, of: states[candidate], channels: mixture.channels),
          message: settings.hasWatermark ? draws.messages[2 * candidate + row] : nil)
      }
      let targets = states.indices.map { decode(0, of: $0) }
      let best = try choose(among: targets, in: sound, prompt: number, found)
      try deliver(.target(number), Array(targets[best].prefix(samples.count)))
      let isLast = number == prompts.count - 1
      let isChained = settings.chainsResiduals
      guard settings.givesResiduals || isChained else { continue }
      let residual = Array(decode(1, of: best).prefix(samples.count))
      if settings.givesResiduals || isLast { try deliver(.residual(number), residual) }
      if isChained, !isLast {
        sound = residual
        mixture = encode(residual)
      }
    }
  }

  /// What is known of each frame, for each prompt: what its spans say, or else what is predicted.
  private func anchors(
    of mixture: Latent, start: Double, _ found: (Finding) -> Void
  ) throws -> [[AnchorClass]] {
    var anchors = prompts.map { prompt in
      AnchorClass.classes(
        prompt.spans, windowStart: start, frames: mixture.frames,
        codec: transformer.network.config.audioCodec)
    }
    let numbers = prompts.indices.filter { prompts[$0].heard != nil }
    guard let predictor, !numbers.isEmpty else { return anchors }
    probe?.start()
    let spans = try predictor(mixture, texts: prompts.compactMap(\.heard))
    probe?.lap("spans")
    for (number, spans) in zip(numbers, spans) {
      anchors[number] = spans.anchors
      found(.spans(spans, prompt: number))
    }
    return anchors
  }

  /// The number of the best candidate.
  private func choose(
    among targets: [[Float]], in mixture: [Float], prompt: Int, _ found: (Finding) -> Void
  ) throws -> Int {
    guard let rankers else { return 0 }
    probe?.start()
    let choice = try rankers.choose(among: targets, in: mixture, prompt: prompt)
    probe?.lap("ranking")
    found(.choice(choice, prompt: prompt))
    return choice.best
  }

  private func encode(_ samples: [Float]) -> Latent {
    probe?.start()
    defer { probe?.lap("encode") }
    return codec.encode(samples)
  }
}

/// A sound that is asked for, as the network takes it.
struct PromptFeatures {
  let text: TextFeatures
  /// What is known of when it is heard, later ones before earlier ones.
  var spans: [AnchorSpan] = []
  /// What a `SpanPredictor` compares frames with; nil: it is not asked.
  var heard: TextFeatures?
}

/// What is drawn for a window: torch's generator after `manual_seed(seed)`, first the noise, then the watermarks.
struct WindowDraws {
  /// The state at time 0 of each candidate, [T, 2C].
  let noise: [[Float]]
  /// Bits of each candidate's watermarks: the target's, then the residual's.
  let messages: [[Bool]]

  init(noise: [[Float]], messages: [[Bool]]) {
    self.noise = noise
    self.messages = messages
  }

  /// - Parameters:
  ///   - count: frames of sound.
  ///   - candidates: one draw is for all, so that the first one has the noise of a single one.
  init(seed: UInt64, frames count: Int, candidates: Int = 1, config: SAMAudioConfig) {
    var generator = TorchGenerator(seed: seed)
    let size = config.audioCodec.latentFrames(count) * config.stateChannels
    let values = generator.normals(candidates * size)
    noise = (0..<candidates).map { Array(values[$0 * size..<($0 + 1) * size]) }
    messages = (0..<2 * candidates).map { _ in generator.bits(Watermark.bits) }
  }
}

extension Latent {
  /// The target's latent of a state, [T, 2C], or the residual's, which is the second half.
  fileprivate static func half(_ half: Int, of state: [Float], channels: Int) -> Latent {
    let frames = state.count / (2 * channels)
    var values: [Float] = []
    values.reserveCapacity(channels * frames)
    for channel in half * channels..<(half + 1) * channels {
      for frame in 0..<frames { values.append(state[frame * 2 * channels + channel]) }
    }
    return Latent(channels: channels, frames: frames, values: values)  // [C, T]
  }
}
