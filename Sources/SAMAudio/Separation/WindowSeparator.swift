internal import APCore

/// Separates windows, one after the other, each by all prompts (`SAMAudio.separate`).
final class WindowSeparator {
  /// A sound that comes out.
  enum Stem: Hashable {
    /// What a prompt describes, by its number.
    case target(Int)
    /// All else, by the prompt's number.
    case residual(Int)
  }

  /// Takes the time of each stage.
  var probe: Probe?

  private let codec: DACVAE
  private let transformer: DiffusionTransformer
  private let prompts: [PromptFeatures]
  private let settings: SAMSettings
  private let solver: ODESolver

  /// Tokens of the longest prompt.
  var textTokens: Int { prompts.map(\.text.tokens).max() ?? 0 }

  init(
    codec: DACVAE, transformer: DiffusionTransformer, prompts: [PromptFeatures],
    settings: SAMSettings
  ) {
    self.codec = codec
    self.transformer = transformer
    self.prompts = prompts
    self.settings = settings
    solver = ODESolver(method: settings.method, steps: settings.steps)
  }

  /// Separates a window.
  ///
  /// - Parameters:
  ///   - samples: of the mixture, mono: [N].
  ///   - draws: what is drawn for the window.
  ///   - start: where the window begins in the input, in seconds.
  ///   - progress: called with the part of the work that is done.
  ///   - deliver: takes each stem that is asked for, [N]: prompt by prompt, the target before the residual.
  /// - Throws: what `progress` and `deliver` throw.
  func callAsFunction(
    _ samples: [Float], draws: WindowDraws, start: Double,
    progress: (_ done: Double) throws -> Void, deliver: (Stem, [Float]) throws -> Void
  ) throws {
    // 1. The mixture's latent.
    var mixture = encode(samples)  // [C, T]

    for (number, prompt) in prompts.enumerated() {
      // 2. From noise to the latents of what is asked for, and of the rest.
      probe?.start()
      let anchors = AnchorClass.classes(
        prompt.spans, windowStart: start, frames: mixture.frames,
        codec: transformer.config.audioCodec)
      let field = transformer.field(
        mixture: mixture, text: prompt.text, anchors: anchors, times: solver.times)
      let state = try solver(from: draws.noise, field) { count in
        let part = Double(count) / Double(solver.evaluations)
        try progress((Double(number) + part) / Double(prompts.count))
      }  // [T, 2C]
      probe?.lap("transformer")
      let latents = Latent.pair(state, channels: mixture.channels)

      // 3. The sounds that are asked for; one that the next prompt is looked for in as well.
      func decode(_ row: Int) -> [Float] {
        probe?.start()
        defer { probe?.lap("decode") }
        let message = settings.hasWatermark ? draws.messages[row] : nil
        return Array(codec.decode(latents[row], message: message).prefix(samples.count))
      }
      try deliver(.target(number), decode(0))
      let isLast = number == prompts.count - 1
      let isChained = settings.chainsResiduals
      guard settings.givesResiduals || isChained else { continue }
      let residual = decode(1)
      if settings.givesResiduals || isLast { try deliver(.residual(number), residual) }
      if isChained, !isLast { mixture = encode(residual) }
    }
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
}

/// What is drawn for a window: torch's generator after `manual_seed(seed)`, first the noise, then the watermarks.
struct WindowDraws {
  /// The state at time 0, [T, 2C].
  let noise: [Float]
  /// Bits of the target's watermark and of the residual's.
  let messages: [[Bool]]

  init(noise: [Float], messages: [[Bool]]) {
    self.noise = noise
    self.messages = messages
  }

  /// - Parameter count: frames of sound.
  init(seed: UInt64, frames count: Int, config: SAMAudioConfig) {
    var generator = TorchGenerator(seed: seed)
    noise = generator.normals(config.audioCodec.latentFrames(count) * config.stateChannels)
    messages = (0..<2).map { _ in generator.bits(16) }
  }
}

extension Latent {
  /// The target's latent and the residual's of a state, [T, 2C].
  fileprivate static func pair(_ state: [Float], channels: Int) -> [Latent] {
    let frames = state.count / (2 * channels)
    return (0..<2).map { half in
      var values: [Float] = []
      values.reserveCapacity(channels * frames)
      for channel in half * channels..<(half + 1) * channels {
        for frame in 0..<frames { values.append(state[frame * 2 * channels + channel]) }
      }
      return Latent(channels: channels, frames: frames, values: values)  // [C, T]
    }
  }
}
