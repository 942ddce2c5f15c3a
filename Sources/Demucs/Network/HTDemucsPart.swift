package import Tensors

/// Parts of the network, by how many bits their products need.
package enum HTDemucsPart {
  /// The first layer of the encoders and the last of the decoders, in both branches.
  case outermost
  /// Their other layers, and the convolutions beside the transformer.
  case inner
  /// The transformer's linear layers.
  case transformer
  /// What its attention multiplies: queries by keys, and weights by values.
  case attention

  /// What keeps 45 dB, from the most to the least exact.
  package static let exactEnough: [NumberFormat] = [.f32, .f16, .bf16, .int8]
}

extension Numerics {
  /// What a part multiplies where the network is asked to multiply these, as measured on the bundled model and the
  /// demo song: in 16 bits the outermost layers make two thirds of the noise, which only int8 has room for.
  func of(_ part: HTDemucsPart) -> Numerics {
    switch part {
    case .outermost where multiplied != .int8: exact
    case .outermost, .inner, .attention: unscaled
    case .transformer: self
    }
  }
}
