package import Tensors

/// Parts of the diffusion transformer, by how many bits their products need.
package enum DiffusionPart {
  /// The ways in and out: of the frames, the time, the text and the velocity.
  case embedding
  /// The layers' attention and feed-forward.
  case layers
  /// What attention multiplies: queries by keys, and weights by values.
  case attention

  /// From the most to the least exact: without a measurement on trained weights, `auto` keeps to 16 bits.
  package static let exactEnough: [NumberFormat] = [.f32, .f16, .bf16]
}

extension Numerics {
  /// What a part multiplies where the network is asked to multiply these.
  func of(_ part: DiffusionPart) -> Numerics {
    switch part {
    case .embedding, .attention: unscaled
    case .layers: self
    }
  }
}
