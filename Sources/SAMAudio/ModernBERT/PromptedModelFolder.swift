internal import APCore
internal import Checkpoints
internal import Digests
import Tensors

/// What the results of a model follow from whose folder has a configuration, a tokenizer and weights.
struct PromptedModelFolder: Sendable {
  /// What the model was found by.
  let name: String
  let path: String

  var config: String { "\(path)/config.json" }
  var tokenizer: String { "\(path)/tokenizer.json" }

  /// A SHA-256 of all that follows from a prompt alone.
  ///
  /// - Parameter tensors: those that read prompts.
  /// - Throws: `io`.
  func textDigest(_ tensors: WeightMap, workers: Workers) throws -> String {
    var digest = Digest()
    for file in [config, tokenizer] { digest.add(try Digest.ofFile(file)) }
    digest.add(try tensors.digest(workers: workers))
    return digest.text
  }

  /// What the stream's history says of the model.
  ///
  /// - Parameter tensors: all that are used.
  /// - Throws: `io`.
  func identity(_ tensors: WeightMap, workers: Workers) throws -> JSONValue {
    [
      "config": .string(try Digest.ofFile(config)),
      "name": .string(name),
      "tokenizer": .string(try Digest.ofFile(tokenizer)),
      "weights": .string(try tensors.digest(workers: workers)),
    ]
  }
}
