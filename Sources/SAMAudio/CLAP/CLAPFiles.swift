package import APCore
internal import Checkpoints
package import Tensors

/// A CLAP model whose files are open, with no tensor read: the checkpoint, and RoBERTa's configuration and tokenizer,
/// which the checkpoint does not have.
package struct CLAPFiles: Sendable {
  let config: RobertaConfig
  let tokens: PromptTokenizer
  /// What the network takes, under the network's names.
  let tensors: WeightMap

  private let folder: PromptedModelFolder
  /// Of what texts and sounds become.
  private let width: Int

  /// The folder of RoBERTa's files, in the model's folder or beside it.
  static let textFolder = "roberta-base"

  /// All files of a model.
  ///
  /// - Parameter text: the folder of RoBERTa's files.
  package static func paths(in folder: String, text: String) -> [String] {
    let weights = ["630k-best.pt", "630k-best.safetensors", "model.safetensors"].map {
      "\(folder)/\($0)"
    }
    return [weights.first(where: FileSystem.isFile) ?? weights[0]]
      + ["config.json", "tokenizer.json"].map { "\(text)/\($0)" }
  }

  /// Opens the files.
  ///
  /// - Parameter paths: those of `paths(in:text:)`.
  /// - Throws: `FilterError`: what opening each file throws.
  package init(name: String, paths: [String]) throws(FilterError) {
    folder = PromptedModelFolder(name: name, path: FileSystem.parent(paths[1]))
    config = try RobertaConfig(path: folder.config)
    tokens = try PromptTokenizer(
      path: folder.tokenizer, limit: RobertaConfig.maxTokens, embeddings: config.vocabSize)
    tensors = try CLAPCheckpoint.open(paths[0])
    width = try tensors.sharedWidth(
      texts: "text_projection.2.weight", sounds: "audio_projection.2.weight",
      advice: "The file is not a checkpoint of CLAP.")
  }

  /// The vectors of prompts, in their order. The text encoder is in memory only meanwhile, and not at all where earlier
  /// runs left all of them.
  ///
  /// - Parameter cache: what earlier runs left; nil is none.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  func features(
    of texts: [String], numerics: Numerics, workers: Workers, cache: TextFeatureCache?
  ) throws -> [TextFeatures] {
    try TextFeatureSource(
      cache: cache,
      identity: {
        [try folder.textChecksum(tensors.filter(Self.isOfText), workers: workers)]
          + numerics.identity
      },
      shape: { _ in (1, width) },
      load: {
        let encoder = try CLAPTextEncoder(
          tensors.weights(), config: config, numerics: numerics, workers: workers)
        return { text in
          let values = encoder(tokens(text))
          return TextFeatures(tokens: 1, width: values.count, values: values)
        }
      }
    ).features(of: texts)
  }

  /// The tensors of what listens.
  var audioTensors: WeightMap { tensors.filter { !Self.isOfText($0) } }

  /// Loads what listens.
  ///
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  package func audioEncoder(numerics: Numerics, workers: Workers) throws -> CLAPAudioEncoder {
    try CLAPAudioEncoder(tensors.weights(), numerics: numerics, workers: workers)
  }

  /// What the stream's history says of the model.
  ///
  /// - Throws: `io`.
  func identity(workers: Workers) throws -> JSONValue {
    try folder.identity(tensors, workers: workers)
  }

  private static func isOfText(_ name: String) -> Bool { name.hasPrefix("text_") }
}
