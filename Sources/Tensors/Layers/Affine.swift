package import Checkpoints

/// A weight, and a bias for each of its rows.
package typealias Affine = (weight: [Float], bias: [Float])

extension Weights {
  /// The weight, of a shape, and the bias beside it.
  package func affine(_ shape: [Int]) throws -> Affine {
    (try floats("weight", shape: shape), try floats("bias", shape: [shape[0]]))
  }
}

/// The weight and the bias of a norm, where they cannot be folded into what follows.
package struct NormFactors: Sendable {
  private let weight: FloatStorage
  private let bias: FloatStorage

  /// One of each a channel.
  package init(_ affine: Affine) {
    weight = FloatStorage(affine.weight)
    bias = FloatStorage(affine.bias)
  }

  /// LayerNorm of each token, in place.
  package func layerNormalize(_ tokens: TokenPanels, epsilon: Float = 1e-5, workers: Workers) {
    precondition(tokens.channels == weight.count, "the tokens must have the norm's channels")
    tokens.layerNormalize(
      into: tokens, scale: Floats(weight.base), shift: Floats(bias.base), epsilon: epsilon,
      workers: workers)
  }
}
