internal import APCore
import Checkpoints

/// The tensors of a SAM-Audio model, whatever layout its files have, under the names of the release.
///
/// Known are `checkpoint.pt` and safetensors files with its names, both also with the newer names of weight norm, and
/// what mlx-audio makes of them.
enum CheckpointLayout {
  /// Renames and turns what the layout has otherwise, and leaves the vision encoder out. No tensor is read.
  ///
  /// - Throws: `FilterError.Code.damagedCheckpoint` where two tensors have one place.
  static func released(_ tensors: WeightMap) throws(FilterError) -> WeightMap {
    let needed = try tensors.moved { name in
      name.hasPrefix("vision_encoder.") ? nil : .init(withOlderWeightNorm(name))
    }
    guard MLXNames.areUsed(in: needed.names) else { return needed }
    var released = try needed.moved(MLXNames.place)
    // An LSTM's two biases are one there, the sum.
    for name in released.names where name.contains(".lstm.bias_ih_l") {
      try released.addZeros(name.replacing(".bias_ih_l", with: ".bias_hh_l"), like: name)
    }
    return released
  }

  /// What `torch.nn.utils.parametrizations.weight_norm` stores under the names of `torch.nn.utils.weight_norm`.
  private static func withOlderWeightNorm(_ name: String) -> String {
    for (index, part) in ["weight_g", "weight_v"].enumerated() {
      let suffix = "parametrizations.weight.original\(index)"
      if name.hasSuffix(".\(suffix)") { return name.dropLast(suffix.count) + part }
    }
    return name
  }
}
