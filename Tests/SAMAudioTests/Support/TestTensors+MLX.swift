import Tensors

extension TestTensors {
  /// What mlx-audio's converter makes of a released checkpoint (`sanitize`, `_convert_weight_name` and
  /// `_load_weights` in its model.py, in their order).
  func converted() -> TestTensors {
    var result: [String: Tensor] = [:]
    for (name, tensor) in tensors {
      if name.hasPrefix("vision_encoder.") || name.hasPrefix("align_masked_video.") { continue }
      if name.contains(".lstm.bias_hh_l") { continue }
      var tensor = tensor
      if name.contains(".lstm.bias_ih_l") {
        let other = tensors[name.replacing("bias_ih", with: "bias_hh")]!
        let sums = zip(tensor.floats, other.floats).map { $0 + $1 }
        tensor.bytes = sums.flatMap { sum in (0..<4).map { UInt8(sum.bitPattern >> (8 * $0) & 255) }
        }
      }
      if tensor.shape.count == 3 {
        tensor = Self.turned(tensor, Self.isTransposed(name) ? [1, 2, 0] : [0, 2, 1])
      }
      result[Self.convertedName(name)] = tensor
    }
    return TestTensors(result)
  }

  private static func isTransposed(_ name: String) -> Bool {
    name.firstMatch(of: /decoder\.model\.\d\.block\.[13]\.weight/) != nil
  }

  private static func convertedName(_ name: String) -> String {
    var name = name.replacing(/^audio_codec\.encoder\.block\.([1-4])\.block\.([0-4])/) { match in
      let block = Int(match.1)! - 1
      let part = ["res1", "res2", "res3", "snake", "conv"][Int(match.2)!]
      return "audio_codec.encoder.blocks.\(block).\(part)"
    }
    name.replace(/^audio_codec\.decoder\.model\.([1-4])\.block\.(\d+)/) { match in
      "audio_codec.decoder.blocks.\(Int(match.1)! - 1).block_\(match.2)"
    }
    name.replace(/(res\d|block_\d)\.block\.([0-3])/) { match in
      "\(match.1).\(["act1", "conv1", "act2", "conv2"][Int(match.2)!])"
    }
    for (released, converted) in [
      ("encoder.block.0.", "encoder.conv_in."), ("encoder.block.5.", "encoder.snake_out."),
      ("encoder.block.6.", "encoder.conv_out."), ("decoder.model.0.", "decoder.conv_in."),
      ("decoder.wm_model.encoder_block.pre.0.", "decoder.snake_out."),
      ("decoder.wm_model.encoder_block.pre.1.", "decoder.conv_out."),
      ("quantizer.in_proj.", "quantizer_in_proj."), ("quantizer.out_proj.", "quantizer_out_proj."),
    ] where name.hasPrefix("audio_codec.\(released)") {
      name.replace(released, with: converted, maxReplacements: 1)
    }
    name.replace(/coder_block\.(pre|post)\.(\d)\./) { "coder_block.\($0.1)_\($0.2)." }
    name.replace(/lstm\.(weight_ih|weight_hh|bias_ih)_l(\d)$/) { match in
      let part = ["weight_ih": "Wx", "weight_hh": "Wh", "bias_ih": "bias"][match.1]!
      return "lstm.layers.\(match.2).\(part)"
    }
    return name
  }
}
