import Checkpoints
import Tensors

extension FeedForward {
  /// - Parameter weights: where `w1`, `w2` and `w3` are.
  init(
    _ weights: Weights, inputs: Int, hidden: Int, outputs: Int, numerics: Numerics,
    workers: Workers
  ) throws {
    self.init(
      w1: try weights["w1"].rows("weight", shape: [hidden, inputs]),
      w2: try weights["w2"].rows("weight", shape: [outputs, hidden]),
      w3: try weights["w3"].rows("weight", shape: [hidden, inputs]), numerics: numerics,
      workers: workers)
  }
}
