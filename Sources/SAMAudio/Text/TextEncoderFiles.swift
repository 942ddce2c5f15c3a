internal import APCore
import Checkpoints
package import Tensors

/// A text encoder whose files are open, with no tensor read: T5 in a folder of its own, as it is published.
package struct TextEncoderFiles: Sendable {
  /// Where it lies.
  let folder: String
  package let config: T5Config
  let tokenizer: Tokenizer
  /// The encoder's tensors under the names of `T5EncoderModel`.
  let tensors: WeightMap
  /// Those of its tensors.
  let checksums = TensorChecksums()

  /// The files of a folder: configuration, tokenizer and weights. Of the names that each may have the first one
  /// counts that is there, or the first one at all.
  static func paths(in folder: String) -> [String] {
    [
      ["config.json"], ["spiece.model", "tokenizer.json"],
      ["model.safetensors", "pytorch_model.bin"],
    ]
    .map { names in
      let paths = names.map { "\(folder)/\($0)" }
      return paths.first(where: FileSystem.isFile) ?? paths[0]
    }
  }

  /// Whether all files are there.
  static func areIn(_ folder: String) -> Bool {
    paths(in: folder).allSatisfy(FileSystem.isFile)
  }

  /// Opens the files.
  ///
  /// - Throws: `FilterError`: `.noInput` for a file that is missing, what opening each throws, and
  ///   `.unsupportedCheckpoint` where the tokenizer has more tokens than the network.
  init(folder: String) throws(FilterError) {
    let paths = Self.paths(in: folder)
    self.folder = folder
    config = try T5Config(path: paths[0])
    tokenizer = try Tokenizer(path: paths[1])
    guard tokenizer.count <= config.vocabSize else {
      throw Vocabulary.unsupported(
        paths[1],
        "it has \(tokenizer.count) tokens, more than the \(config.vocabSize) of \(paths[0])")
    }
    let tensors = try WeightMap(path: paths[2], [Checkpoint.open(paths[2])])
    let isShared = tensors.shape("shared.weight") != nil
    self.tensors = try tensors.moved { name in
      // The decoder has the same embedding, and its output layer too.
      if name.hasPrefix("decoder.") || name.hasPrefix("lm_head.") { return nil }
      guard name == "encoder.embed_tokens.weight" else { return .init(name) }
      return isShared ? nil : .init("shared.weight")
    }
  }

  /// Loads the network.
  ///
  /// - Throws: what `T5Encoder.init` throws.
  package func encoder(numerics: Numerics, workers: Workers) throws -> T5Encoder {
    try T5Encoder(tensors.weights(), config: config, numerics: numerics, workers: workers)
  }
}
