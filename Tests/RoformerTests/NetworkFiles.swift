import Checkpoints
import Separation
import Tensors
import TestSupport

@testable import Roformer

extension NaiveRoformer {
  /// Writes both files.
  ///
  /// - Returns: the checkpoint's path.
  func write(
    to folder: TemporaryFolder, yaml text: String? = nil, _ tensors: [String: TensorValues]? = nil
  ) throws -> String {
    _ = try folder.write(Array((text ?? yaml).utf8), to: "model.yaml")
    return try folder.write(safetensors(tensors ?? self.tensors), to: "model.safetensors")
  }

  /// The network as it is loaded.
  ///
  /// - Parameter scale: a factor for what the feed-forward layers have in the middle.
  func network(
    numerics: Numerics = Numerics(), threads: Int = 2, scale: Float = 1
  ) throws -> RoformerNetwork {
    var tensors = tensors
    for (name, tensor) in tensors where name.hasSuffix(".net.1.weight") {
      tensors[name] = TensorValues(tensor.values.map { $0 * scale }, shape: tensor.shape)
    }
    let folder = try TemporaryFolder()
    return try Self.network(try write(to: folder, tensors), numerics: numerics, threads: threads)
  }

  /// That of a checkpoint's path.
  static func network(
    _ path: String, numerics: Numerics = Numerics(), threads: Int = 2
  ) throws -> RoformerNetwork {
    let location = try RoformerModels(variable: { _ in nil }, executable: nil).find(path)
    let (weights, config) = try location.open()
    return try RoformerNetwork(
      weights, config: config, numerics: numerics, workers: Workers(threads: threads))
  }
}
