internal import APCore
package import Checkpoints
internal import Digests
import Tensors

/// A SAM-Audio model whose files are open, with no tensor read: its configuration, its tensors under their released
/// names, and its text encoder.
package struct SAMAudioModel: Sendable {
  /// What it was found by.
  let name: String
  package let config: SAMAudioConfig
  /// What the transformer and the codec take their weights from; the vision encoder's are not among them.
  package let tensors: WeightMap
  package let textEncoder: TextEncoderFiles

  private let configPath: String

  /// Opens the files.
  ///
  /// - Throws: `FilterError`: what opening each file throws, and `.unsupportedCheckpoint` where the text encoder is
  ///   not this model's.
  init(_ location: SAMModels.Location) throws(FilterError) {
    name = location.name
    configPath = location.config
    config = try SAMAudioConfig(path: location.config)
    tensors = try location.weights.open()
    textEncoder = try TextEncoderFiles(folder: location.textEncoder)
    guard textEncoder.config.dModel == config.textEncoder.dim else {
      throw FilterError(
        .unsupportedCheckpoint,
        "The text encoder in \(textEncoder.folder) gives features of \(textEncoder.config.dModel) "
          + "numbers, but the model \(name) takes \(config.textEncoder.dim).",
        advice: "Use the files of \(config.textEncoder.name).")
    }
  }

  /// What a user should be told of the results; nil where they are the original's.
  var notice: String? {
    guard tensors.shape("align_masked_video.conv.bias") == nil else { return nil }
    return
      "The files of \(name) were converted without what the model adds where there is no video, so "
      + "results differ from those of the released files."
  }

  /// The features of prompts, in their order. The text encoder is in memory only meanwhile, and not at all where
  /// earlier runs left all features.
  ///
  /// - Parameters:
  ///   - numerics: how the encoder's weights are stored and what is multiplied.
  ///   - workers: the threads that share the work.
  ///   - cache: what earlier runs left; nil is none.
  /// - Throws: what `T5Encoder.init` throws.
  func features(
    of prompts: [String], numerics: Numerics = Numerics(), workers: Workers,
    cache: TextFeatureCache?
  ) throws -> [TextFeatures] {
    try TextFeatureSource(
      cache: cache,
      identity: { [try textEncoder.checksum(workers: workers)] + numerics.identity },
      shape: { (tokens(of: $0).count, config.textEncoder.dim) },
      load: {
        let encoder = try textEncoder.encoder(numerics: numerics, workers: workers)
        return { encoder(tokens(of: $0)) }
      }
    ).features(of: prompts)
  }

  /// A prompt's tokens, the end after them.
  func tokens(of prompt: String) -> [Int] {
    textEncoder.tokenizer.tokens(of: prompt, limit: config.textEncoder.maxLength)
  }

  /// What the stream's history says of the model: its name, and checksums of all that a result follows from. A
  /// converted model has another than the released one.
  ///
  /// - Throws: `io`.
  func identity(workers: Workers) throws -> JSONValue {
    [
      "config": .string(try Digest.ofFile(configPath)),
      "name": .string(name),
      "text-encoder": .string(try textEncoder.checksum(workers: workers)),
      "weights": .string(try tensors.checksum(workers: workers)),
    ]
  }
}
