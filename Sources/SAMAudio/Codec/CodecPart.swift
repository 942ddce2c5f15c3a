import Tensors

/// Parts of the codec, by how many bits their products need.
enum CodecPart {
  /// The ways in and out: of the sound, the latent and the watermark.
  case ends
  /// Residual units, and what shortens and lengthens time.
  case blocks
}

extension Numerics {
  /// What a part multiplies where the codec is asked to multiply these.
  ///
  /// Sound needs the digits: bfloat16 in the blocks leaves 35 dB of it, and IEEE half precision more than 50.
  func of(_ part: CodecPart) -> Numerics {
    part == .blocks && others == .f16 ? unscaled : exact
  }
}
