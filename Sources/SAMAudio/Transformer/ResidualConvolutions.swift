import Checkpoints
import Tensors

/// Two convolutions over the frames, each after a norm, and the frames added to what they give:
/// `x_embedder.block` of the diffusion transformer, `resnet_block` of a tower.
struct ResidualConvolutions {
  private let blocks: [TokenConvolution]

  /// - Parameter weights: where `block1` and `block2` are.
  init(_ weights: Weights, width: Int, numerics: Numerics, workers: Workers) throws {
    blocks = try ["block1", "block2"].map { name in
      let (norm, project) = (weights[name]["groupnorm"], weights[name]["project"])
      return TokenConvolution(
        norm: (
          weight: try norm.floats("weight", shape: [width]),
          bias: try norm.floats("bias", shape: [width])
        ), weight: try project.rows("weight", shape: [width, width, 3]),
        bias: try project.floats("bias", shape: [width]), numerics: numerics, workers: workers)
    }
  }

  /// Applies them in place.
  ///
  /// - Parameters:
  ///   - frames: [D, T].
  ///   - inner: room for [D, T].
  func callAsFunction(_ frames: TokenPanels, inner: TokenPanels, workers: Workers) {
    blocks[0](frames, into: inner, workers: workers)
    blocks[1](inner, into: frames, accumulate: true, workers: workers)
  }
}
