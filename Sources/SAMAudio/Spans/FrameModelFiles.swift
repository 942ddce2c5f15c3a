package import APCore
import Checkpoints
package import Tensors

/// A PE-A-Frame model whose files are open, with no tensor read.
package struct FrameModelFiles: Sendable {
  let config: FrameModelConfig
  let prompts: PromptReader
  /// The tensors that are used, of both releases under the same names.
  let tensors: WeightMap

  private let folder: PromptedModelFolder
  /// Of what texts and sounds become.
  package let width: Int

  /// Opens the files.
  ///
  /// - Throws: `FilterError`: what opening each file throws.
  package init(name: String, folder path: String) throws(FilterError) {
    let folder = PromptedModelFolder(name: name, path: path)
    let file = "\(path)/model.safetensors"
    let stored = try WeightMap(path: file, [Checkpoint.open(file)])
    let config = try FrameModelConfig(
      path: folder.config, isMain: FrameModelNames.areMain(stored.names))
    self.folder = folder
    self.config = config
    prompts = try PromptReader(
      tokenizer: folder.tokenizer, config: config.text, layers: config.textLayers)
    let tensors = try stored.moved { FrameModelNames.place($0, textLayers: config.textLayers) }
    self.tensors = tensors
    width = try tensors.sharedWidth(
      texts: "text_head.proj.weight", sounds: "audio_head.proj.weight",
      advice: "The file is not a checkpoint of PE-A-Frame.")
  }

  /// What each prompt is compared with, in their order. The text encoder is in memory only meanwhile, and not at all
  /// where earlier runs left all of it.
  ///
  /// - Parameter cache: what earlier runs left; nil is none.
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  func features(
    of texts: [String], numerics: Numerics, workers: Workers, cache: TextFeatureCache?
  ) throws -> [TextFeatures] {
    let weights = tensors.weights()
    let head = weights["text_head"]
    return try TextFeatureSource(
      cache: cache,
      identity: {
        [try folder.textChecksum(tensors.filter(Self.isOfText), workers: workers)]
          + numerics.identity
      },
      shape: { _ in (1, width) },
      load: {
        let encoder = try prompts.encoder(
          weights["text_model"], numerics: numerics, workers: workers)
        let projection = try FrameHead(
          head, inputs: config.text.hiddenSize, outputs: width, numerics: numerics, workers: workers
        )
        return { text in
          let values = projection(encoder(prompts.tokens(of: text)))
          return TextFeatures(tokens: 1, width: values.count, values: values)
        }
      }
    ).features(of: texts)
  }

  /// The tensors of what listens.
  var audioTensors: WeightMap { tensors.filter { !Self.isOfText($0) } }

  /// Loads what listens.
  ///
  /// - Parameter channels: of a latent.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  package func scorer(channels: Int, numerics: Numerics, workers: Workers) throws -> FrameScorer {
    try FrameScorer(
      audioTensors.weights(), channels: channels, outputs: width, config: config.tower,
      numerics: numerics,
      workers: workers)
  }

  private static func isOfText(_ name: String) -> Bool { name.hasPrefix("text_") }

  /// What the stream's history says of the model.
  ///
  /// - Throws: `io`.
  func identity(workers: Workers) throws -> JSONValue {
    try folder.identity(tensors, workers: workers)
  }
}
