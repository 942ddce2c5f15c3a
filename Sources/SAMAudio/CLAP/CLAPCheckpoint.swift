internal import APCore
import Checkpoints

/// The tensors of a CLAP model: `630k-best.pt` as it is published, or a safetensors file of the same.
enum CLAPCheckpoint {
  /// Opens the file.
  ///
  /// - Returns: what the network takes, under the network's names; no tensor is read. What is for training, and what
  ///   follows from the sizes alone, is left out.
  /// - Throws: what `Checkpoint.open` throws, and `.damagedCheckpoint` where two tensors have one place.
  static func open(_ path: String) throws(FilterError) -> WeightMap {
    try WeightMap(path: path, [Checkpoint.open(path)]).moved { name in
      // As DistributedDataParallel calls them.
      let own = name.hasPrefix("module.") ? String(name.dropFirst("module.".count)) : name
      return isUsed(own) ? .init(own) : nil
    }
  }

  private static func isUsed(_ name: String) -> Bool {
    parts.contains { name.hasPrefix($0) } && !unused.contains { name.hasPrefix($0) }
      && !derived.contains { name.hasSuffix($0) }
  }

  private static let parts = [
    "audio_branch.", "audio_projection.", "text_branch.", "text_projection.",
  ]
  /// A Fourier transform as convolutions, and the classifier.
  private static let unused = [
    "audio_branch.spectrogram_extractor.", "audio_branch.tscam_conv.", "audio_branch.head.",
  ]
  private static let derived = [
    ".attn_mask", ".relative_position_index", ".position_ids", ".num_batches_tracked",
  ]
}
