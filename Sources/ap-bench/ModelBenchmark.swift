import Checkpoints
import SAMAudio
import Separation
import Tensors

/// The parts of a model on a window of sound. As in the filter, the text encoder
/// leaves memory before the others come.
struct ModelBenchmark {
  /// A part that was measured.
  struct Stage {
    let name: String
    /// Of a single run of the codec, of the better of two of the rest, which are short.
    let seconds: Double
    /// Multiplications and additions that the network's formulas have; zero where they are not counted.
    let operations: Double
  }

  private let model: SAMAudioModel
  private let numerics: Numerics
  private let workers: Workers
  private let samples: [Float]

  /// Tokens of a long and of a usual prompt.
  private static let tokens = [64, 6]

  /// - Parameters:
  ///   - name: of a model, or its path.
  ///   - seconds: the window's length.
  ///   - numerics: how weights are stored and what is multiplied.
  init(model name: String, seconds: Int, numerics: Numerics, workers: Workers) throws {
    model = try SAMModels.standard.find(name).open()
    self.numerics = numerics
    self.workers = workers
    samples = (0..<seconds * model.config.audioCodec.sampleRate).map { index in
      let phase = Float(index % 1000) / 500 - 1
      return phase * (1 - abs(phase))
    }
  }

  /// Loads the parts and runs each one.
  ///
  /// - Throws: what loading the parts throws.
  func run() throws -> [Stage] {
    var (stages, text) = try textStages()
    let tensors = model.tensors.weights()
    let transformer = try DiffusionTransformer(
      tensors, config: model.config, numerics: numerics, workers: workers)
    let codec = try DACVAE(
      tensors, config: model.config.audioCodec, numerics: numerics, workers: workers)
    try tensors.finish()

    let codecConfig = model.config.audioCodec
    let frames = codecConfig.latentFrames(samples.count)
    let (latent, encoding) = best { codec.encode(samples) }
    stages.append(
      Stage(
        name: "encode", seconds: encoding,
        operations: Double(frames) * codecConfig.encodingOperations))

    let state = latent.values + latent.values
    let velocity = transformer.field(mixture: latent, text: text, times: [0.5])
    stages.append(
      Stage(
        name: "velocity", seconds: best(of: 2) { velocity(state, 0.5) }.seconds,
        operations: model.config.transformer.operations(frames: frames, textTokens: text.tokens)))

    let decoding = Double(frames) * codecConfig.decodingOperations
    let message = Array(repeating: true, count: Watermark.bits)
    stages.append(
      Stage(
        name: "decode", seconds: best { codec.decode(latent, message: nil) }.seconds,
        operations: decoding))
    stages.append(
      Stage(
        name: "decode_watermark",
        seconds: best { codec.decode(latent, message: message) }.seconds,
        operations: 0))
    return stages
  }

  /// The text encoder's stages, and what it makes of a usual prompt.
  private func textStages() throws -> ([Stage], TextFeatures) {
    let files = model.textEncoder
    let encoder = try files.encoder(numerics: numerics.unscaled.unbounded, workers: workers)
    var text = TextFeatures(tokens: 0, width: files.config.dModel, values: [])
    let stages = ModelBenchmark.tokens.map { count in
      let tokens = (0..<count).map { ($0 * 37 + 3) % files.config.vocabSize }
      let seconds: Double
      (text, seconds) = best(of: 2) { encoder(tokens) }
      return Stage(
        name: "text_\(count)", seconds: seconds, operations: files.config.operations(tokens: count))
    }
    return (stages, text)
  }

  private func best<Result>(of rounds: Int = 1, _ body: () -> Result) -> (Result, seconds: Double) {
    let clock = ContinuousClock()
    var start = clock.now
    var result = body()
    var seconds = (clock.now - start) / .seconds(1)
    for _ in 1..<rounds {
      start = clock.now
      result = body()
      seconds = min(seconds, (clock.now - start) / .seconds(1))
    }
    return (result, seconds)
  }
}
