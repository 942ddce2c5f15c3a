internal import APCore
internal import Checkpoints
internal import Digests
import Tensors

/// What the results of a model that reads prompts follow from: a folder with a configuration and a tokenizer, and tensors.
struct PromptedModelFolder: Sendable {
  /// What the model was found by.
  let name: String
  let path: String
  /// Those of its tensors.
  let checksums = TensorChecksums()

  var config: String { "\(path)/config.json" }
  var tokenizer: String { "\(path)/tokenizer.json" }

  /// An XXH3 of all that follows from a prompt alone.
  ///
  /// - Parameter tensors: those that read prompts.
  /// - Throws: `io`.
  func textChecksum(_ tensors: WeightMap, workers: Workers) throws -> String {
    var checksum = Checksum()
    for file in [config, tokenizer] { checksum.add(try Digest.ofFile(file)) }
    checksum.add(try tensors.checksum(workers: workers, known: checksums))
    return checksum.text
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
      "weights": .string(try tensors.checksum(workers: workers, known: checksums)),
    ]
  }
}

extension WeightMap {
  /// The width of the vectors that texts and sounds become, so that they can be compared.
  ///
  /// - Parameters:
  ///   - texts: the matrix that makes those of texts.
  ///   - sounds: the one that makes those of sounds.
  /// - Throws: `misshapedTensor` where they are not of one width.
  func sharedWidth(texts: String, sounds: String, advice: String) throws(FilterError) -> Int {
    let widths = [texts, sounds].map { shape($0)?.first ?? 0 }
    guard widths[0] == widths[1], widths[0] > 0 else {
      throw FilterError(
        .misshapedTensor,
        "\(path) makes vectors of \(widths[0]) numbers of texts, and of \(widths[1]) of sounds.",
        advice: advice)
    }
    return widths[0]
  }
}
