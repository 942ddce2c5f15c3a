import Checkpoints

/// What mlx-audio calls the released tensors, and how it stores them: channels last.
///
/// Source: `_convert_weight_name` and `_load_weights` in mlx_audio/sts/models/sam_audio/model.py.
enum MLXNames {
  /// Whether a file with these names is of this kind.
  static func areUsed(in names: [String]) -> Bool {
    names.contains { $0.hasPrefix("audio_codec.encoder.conv_in.") }
  }

  /// The released place of a tensor.
  static func place(_ name: String) -> WeightMap.Place {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 2, parts[0] == "audio_codec" else {
      return WeightMap.Place(name, order: channelsFirst)
    }
    // The convolutions that lengthen time.
    let isTransposed = parts.contains("block_1") || parts.contains("block_3")
    let released = codecParts(parts[1...])
    return WeightMap.Place(
      "audio_codec." + released.joined(separator: "."),
      order: isTransposed ? inputsFirst : channelsFirst)
  }

  /// Of [out, taps, in] as [out, in, taps].
  private static let channelsFirst = [0, 2, 1]
  /// Of [out, taps, in] as [in, out, taps].
  private static let inputsFirst = [2, 0, 1]

  private static func codecParts(_ parts: ArraySlice<String>) -> [String] {
    let coder = parts.first == "encoder" ? encoder : decoder
    var released: [String] = []
    var rest = parts
    while let part = rest.popFirst() {
      if let name = coder[part] ?? common[part] {
        released.append(name)
      } else if part == "blocks", let number = number(rest.first) {
        rest.removeFirst()
        released.append("\(coder["blocks of"] ?? part).\(number + 1)")
      } else if part == "layers", let number = number(rest.first),
        let name = rest.dropFirst().first.flatMap({ lstm[$0] })
      {
        rest = rest.dropFirst(2)
        released.append("\(name)\(number)")
      } else {
        released.append(part)
      }
    }
    return released
  }

  private static func number(_ part: String?) -> Int? {
    part.flatMap { Int($0) }.flatMap { (0..<1000).contains($0) ? $0 : nil }
  }

  private static let encoder = [
    "conv_in": "block.0", "snake_out": "block.5", "conv_out": "block.6", "blocks of": "block",
    "snake": "block.3", "conv": "block.4",
    "res1": "block.0", "res2": "block.1", "res3": "block.2",
  ]

  private static let decoder = [
    "conv_in": "model.0", "snake_out": "wm_model.encoder_block.pre.0",
    "conv_out": "wm_model.encoder_block.pre.1", "blocks of": "model",
    "quantizer_in_proj": "quantizer.in_proj", "quantizer_out_proj": "quantizer.out_proj",
  ]

  private static let common: [String: String] = {
    var names = ["act1": "block.0", "conv1": "block.1", "act2": "block.2", "conv2": "block.3"]
    for number in 0...11 {
      for list in ["block", "pre", "post"] { names["\(list)_\(number)"] = "\(list).\(number)" }
    }
    return names
  }()

  private static let lstm = ["Wx": "weight_ih_l", "Wh": "weight_hh_l", "bias": "bias_ih_l"]
}
