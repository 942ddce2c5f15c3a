package import APCore
package import Checkpoints

/// How an HTDemucs network is built, and the sizes that follow from it (htdemucs.py,
/// `HTDemucs.__init__`). The names are the constructor's; so are the defaults.
///
/// What is not here has the same value in all released checkpoints, or matters in training only.
package struct HTDemucsConfig: Sendable, Hashable {
  /// The stems, in the order of the network's outputs.
  package let sources: [String]
  /// Channels of the mix, and of each stem.
  package let audioChannels: Int
  /// Frames a second.
  package let samplerate: Int
  /// Seconds that the network takes at a time.
  package let segment: Fraction

  /// Channels after the first encoder layer.
  package let channels: Int
  /// By how much a layer has more channels than the one before.
  package let growth: Int
  /// Encoder layers a branch, and as many decoder layers.
  package let depth: Int
  /// Of the convolutions that shorten frequency and time, in all released checkpoints.
  package static let kernelSize = 8
  /// By how much those shorten it.
  package static let stride = 4
  /// Length of the Fourier transform.
  package let nfft: Int
  /// Factor of the frequency embedding that is added after the first encoder layer; 0: none.
  package let freqEmb: Double
  /// Factor of the stored embedding table.
  package let embScale: Double

  /// Bit 0: residual branches in the encoder; bit 1: in the decoder.
  package let dconvMode: Int
  /// Residual branches a layer, one after another.
  package let dconvDepth: Int
  /// By how much a residual branch is narrower than its layer.
  package let dconvComp: Int

  /// Width of the transformer where 1×1 convolutions lead to it; 0: the last layer's channels.
  package let bottomChannels: Int
  /// Transformer layers a branch; those with an odd index are cross-attention.
  package let tLayers: Int
  /// Attention heads.
  package let tHeads: Int
  /// By how much the feed-forward layers are wider.
  package let tHiddenScale: Double

  /// Reads the arguments of the checkpoint's model.
  ///
  /// - Throws: `FilterError.Code.unsupportedCheckpoint` for another class, and for arguments that
  ///   would need another network; it names the argument. Arguments that the class does not have
  ///   are passed over, as `load_model` does.
  package init(_ checkpoint: Checkpoint) throws(FilterError) {
    let arguments = try ModelArguments(of: checkpoint, className: "HTDemucs")
    sources = try arguments.names("sources")
    audioChannels = try arguments.int("audio_channels", default: 2, in: 1...64)
    samplerate = try arguments.int("samplerate", default: 44_100, in: 1000...768_000)
    segment = try arguments.fraction("segment", default: 10, limit: 60)
    channels = try arguments.int("channels", default: 48, in: 1...4096)
    growth = try arguments.int("growth", default: 2, in: 1...8)
    depth = try arguments.int("depth", default: 4, in: 1...8)
    nfft = try arguments.int("nfft", default: 4096, in: 64...65_536)
    freqEmb = try arguments.double("freq_emb", default: 0.2, in: 0...100)
    embScale = try arguments.double("emb_scale", default: 10, in: 0...1000)
    dconvMode = try arguments.int("dconv_mode", default: 1, in: 0...3)
    // Each reaches twice as far as the one before: the sixth as far as there are zeros beside a row.
    dconvDepth = try arguments.int("dconv_depth", default: 2, in: 1...6)
    dconvComp = try arguments.int("dconv_comp", default: 8, in: 1...64)
    bottomChannels = try arguments.int("bottom_channels", default: 0, in: 0...16_384)
    tLayers = try arguments.int("t_layers", default: 5, in: 1...64)
    tHeads = try arguments.int("t_heads", default: 8, in: 1...256)
    tHiddenScale = try arguments.double("t_hidden_scale", default: 4, in: 0.125...64)
    try checkVariant(arguments)
    try checkSizes(arguments)
  }

  /// Refuses what only unreleased variants of the class do.
  private func checkVariant(_ arguments: ModelArguments) throws(FilterError) {
    for name in [
      "cac", "rewrite", "use_train_segment", "t_norm_in", "t_norm_first", "t_norm_out",
      "t_layer_scale", "t_gelu",
    ] {
      try arguments.require(name, is: true)
    }
    for name in [
      "channels_time", "multi_freqs", "t_norm_in_group", "t_group_norm", "t_cross_first",
      "t_sparse_self_attn", "t_sparse_cross_attn",
    ] {
      try arguments.require(name, is: false)
    }
    try arguments.require("wiener_iters", is: 0)
    try arguments.require("end_iters", is: 0)
    try arguments.require("kernel_size", is: Double(Self.kernelSize))
    try arguments.require("stride", is: Double(Self.stride))
    try arguments.require("context", is: 1)
    try arguments.require("context_enc", is: 0)
    try arguments.require("t_sin_random_shift", is: 0)
    try arguments.require("t_max_period", is: 10_000)
    try arguments.require("t_weight_pos_embed", is: 1)
    try arguments.require("t_emb", is: "sin")
    _ = try arguments.int("norm_starts", default: 4, in: depth...Int.max)
  }

  /// Refuses sizes that do not fit each other.
  private func checkSizes(_ arguments: ModelArguments) throws(FilterError) {
    func check(
      _ name: String, _ value: Int, _ isRight: Bool, _ wanted: String
    ) throws(FilterError) {
      guard isRight else { throw arguments.refusal(name, "\(value)", wanted: wanted) }
    }
    let width = (1..<depth).reduce(channels) { product, _ in product * growth }
    try check("growth", growth, width <= 65_536, "a width of at most 65,536 channels")
    // Below that the class switches to layers that merge the branches.
    try check("depth", depth, frequencyBins(depth - 1) > Self.kernelSize, "less")
    let strides = (0..<depth).reduce(1) { product, _ in product * Self.stride }
    try check("nfft", nfft, nfft % max(4, 2 * strides) == 0, "a multiple of \(2 * strides)")
    try check("dconv_comp", dconvComp, dconvComp <= channels, "at most \(channels)")
    let model = transformerChannels
    try check(
      bottomChannels == 0 ? "channels" : "bottom_channels", model, model % 4 == 0,
      "a multiple of 4 as the width of the transformer")
    try check("t_heads", tHeads, model % tHeads == 0, "a divisor of \(model)")
    guard transformerHidden > 0 else {
      throw arguments.refusal("t_hidden_scale", "\(tHiddenScale)", wanted: "a larger number")
    }
    try check(
      "segment", segment.numerator / segment.denominator, segmentFrames > nfft,
      "more than \(nfft) frames")
  }
}
