package import Tensors

/// Parts of the network, by how many bits their products need.
package enum RoformerPart {
  /// The bands' way in, the gates of the heads, and the last layers of the mask estimators.
  case bandSplit, gates, maskOutput
  /// The transformers' linear layers.
  case transformer
  /// What attention along time multiplies: queries by keys, and weights by values.
  case attention
  /// The other layers of the mask estimators.
  case maskHidden

  /// What keeps 45 dB, from the most to the least exact.
  package static let exactEnough: [NumberFormat] = [.f32, .f16, .bf16, .int8]
}

extension Numerics {
  /// What a part multiplies where the network is asked to multiply these, as measured: the ways in and out make most of
  /// the noise of bfloat16, in a tenth of the time. Beside int8, that of their wider layers is small.
  func of(_ part: RoformerPart) -> Numerics {
    switch part {
    case .bandSplit, .gates, .maskOutput: exact
    case .maskHidden: multiplied == .int8 ? unscaled : exact
    case .attention: unscaled
    case .transformer: self
    }
  }
}
