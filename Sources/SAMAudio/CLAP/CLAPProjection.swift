internal import APCore
import Checkpoints
import Tensors

/// Two layers that bring a sound or a text into the space that both share, as a vector of length 1.
struct CLAPProjection {
  private let first: Linear
  private let second: Linear

  /// - Parameters:
  ///   - weights: at `audio_projection` or `text_projection`.
  ///   - inputs: channels that come in.
  init(_ weights: Weights, inputs: Int, numerics: Numerics) throws {
    let outputs = try weights[0].size(0, of: "weight")
    let (first, second) = (
      try weights[0].affine([outputs, inputs]), try weights[2].affine([outputs, outputs])
    )
    self.first = Linear(
      weight: first.weight, bias: first.bias, activation: .relu, numerics: numerics)
    self.second = Linear(weight: second.weight, bias: second.bias, numerics: numerics)
  }

  /// The vector of one embedding.
  ///
  /// - Parameter probe: sees what the layers give.
  func callAsFunction(_ embedding: [Float], probe: Probe? = nil, workers: Workers) -> [Float] {
    let vector = second(
      rows: first(rows: embedding, workers: workers), workers: workers)
    probe?.show("projection", [vector.count]) { vector }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return vector.map { $0 / max(length, 1e-12) }
  }
}
