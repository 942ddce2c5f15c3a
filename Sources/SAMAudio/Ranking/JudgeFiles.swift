package import APCore
import Checkpoints
package import Tensors

/// A Judge whose files are open, with no tensor read.
package struct JudgeFiles: Sendable {
  let config: JudgeConfig
  let prompts: PromptReader
  /// The tensors that are used, of both releases under the same names.
  let tensors: WeightMap

  private let folder: PromptedModelFolder

  /// The weights' file in a folder: the first one that is there, or else the one that SAM-Audio loads.
  static func weights(in folder: String) -> String {
    let paths = ["model.safetensors", "checkpoint.pt"].map { "\(folder)/\($0)" }
    return paths.first(where: FileSystem.isFile) ?? paths[1]
  }

  /// Opens the files.
  ///
  /// - Throws: `FilterError`: what opening each file throws.
  package init(name: String, folder path: String) throws(FilterError) {
    let folder = PromptedModelFolder(name: name, path: path)
    let file = Self.weights(in: path)
    let stored = try WeightMap(path: file, [Checkpoint.open(file)])
    let config = try JudgeConfig(
      path: folder.config,
      latentDim: max(1, stored.shape("dac_vae_encoder.encoder.conv2.bias")?.first ?? 1))
    self.folder = folder
    self.config = config
    prompts = try PromptReader(
      tokenizer: folder.tokenizer, config: config.text, layers: config.textLayers)
    tensors = try stored.moved {
      JudgeNames.place(
        $0, textLayers: config.textLayers, blocks: config.codec.encoderRates.count)
    }
  }

  /// What the Judge keeps of each prompt, in their order. The text encoder is in memory only meanwhile, and not at all
  /// where earlier runs left all of it.
  ///
  /// - Parameter cache: what earlier runs left; nil is none.
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  func features(
    of texts: [String], numerics: Numerics, workers: Workers, cache: TextFeatureCache?
  ) throws -> [TextFeatures] {
    try TextFeatureSource(
      cache: cache,
      identity: {
        [try folder.textChecksum(tensors.filter(Self.isOfText), workers: workers)]
          + numerics.identity
      },
      shape: { _ in (1, textWidth) },
      load: {
        let weights = tensors.weights()
        let encoder = try prompts.encoder(
          weights["text_model"], numerics: numerics, workers: workers)
        let reader = try JudgeText(weights, config: config, numerics: numerics, workers: workers)
        return { text in
          let values = reader(encoder(prompts.tokens(of: text)))
          return TextFeatures(tokens: 1, width: values.count, values: values)
        }
      }
    ).features(of: texts)
  }

  /// Numbers that are kept of a prompt.
  package var textWidth: Int { config.bottleneckDim }

  /// The tensors of what listens.
  var audioTensors: WeightMap { tensors.filter { !Self.isOfText($0) } }

  /// Loads what listens.
  ///
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  package func judge(numerics: Numerics, workers: Workers) throws -> Judge {
    try Judge(audioTensors.weights(), config: config, numerics: numerics, workers: workers)
  }

  private static func isOfText(_ name: String) -> Bool {
    name.hasPrefix("text_") || name.hasPrefix("layer_norm.")
  }

  /// What the stream's history says of the model.
  ///
  /// - Throws: `io`.
  func identity(workers: Workers) throws -> JSONValue {
    try folder.identity(tensors, workers: workers)
  }
}
