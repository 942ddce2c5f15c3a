package import APCore
package import Checkpoints
import Tensors

/// How a BS-RoFormer or a Mel-Band RoFormer is built, which stems it gives, and how a track is cut for it: the YAML
/// file that is published with a checkpoint. The names are those of the constructors and of the file; so are the
/// defaults (MSST, `bs_roformer.py` and `mel_band_roformer.py`).
package struct RoformerConfig: Sendable, Hashable {
  /// The two networks.
  package enum Kind: String, Sendable {
    case bandSplit = "BS"
    case melBand = "Mel"
  }

  package let kind: Kind
  /// Frames a second.
  package let sampleRate: Int
  /// Channels of the mix and of each stem.
  package let channels: Int
  /// Width of the transformers.
  let dim: Int
  /// Pairs of transformers, one over time and one over bands.
  let depth: Int
  /// Layers of each.
  let timeLayers: Int
  let frequencyLayers: Int
  let heads: Heads
  /// The bins of each band.
  let bands: [Range<Int>]
  /// Length of the Fourier transform, and samples from one to the next.
  let fftSize: Int
  let hop: Int
  /// Whether stems have nothing at 0 Hz.
  let zeroDC: Bool
  /// Linear layers of a mask estimator, and the width between them.
  let maskLayers: Int
  let maskWidth: Int
  /// What comes out of the network, in its order, and what is left of the mix where that has a name.
  package let names: StemNames
  /// Frames that the network takes at a time.
  package let chunkFrames: Int
  /// Into how many steps a chunk is cut: as many chunks cover each frame.
  package let overlap: Int

  /// Width of the feed-forward layers.
  var hiddenWidth: Int { 4 * dim }
  /// Frequency bins.
  var bins: Int { fftSize / 2 + 1 }
  /// Spectra of a chunk.
  var spectra: Int { chunkFrames / hop + 1 }
  /// Values of a band at a time: real and imaginary parts of each channel.
  func values(_ band: Int) -> Int { bands[band].count * 2 * channels }

  private static let advice =
    "No released BS-RoFormer or Mel-Band RoFormer is like that; the file may be of another network."

  /// Reads the file, with the checkpoint to see which of the two networks it is.
  ///
  /// - Parameters:
  ///   - chunk: frames of a chunk, instead of the file's.
  ///   - overlap: likewise.
  /// - Throws: `FilterError.Code.noInput`, `.unsupportedCheckpoint` for what would need another network; it names the
  ///   argument.
  package init(
    yaml path: String, weights: Weights, chunkSeconds: Double? = nil, overlap steps: Int? = nil
  ) throws(FilterError) {
    let file = try ModelArguments(yaml: path, advice: Self.advice)
    let (model, audio, inference) = (file["model"], file["audio"], file["inference"])
    kind = weights["final_norm"].has("gamma") ? .bandSplit : .melBand
    try Self.checkVariant(model, kind: kind)

    dim = try model.required("dim", in: 1...8192)
    depth = try model.required("depth", in: 1...256)
    timeLayers = try model.int("time_transformer_depth", default: 2, in: 1...64)
    frequencyLayers = try model.int("freq_transformer_depth", default: 2, in: 1...64)
    heads = Heads(
      count: try model.int("heads", default: 8, in: 1...256),
      width: try model.int("dim_head", default: 64, in: 2...1024))
    guard heads.width % 2 == 0 else {
      throw model.refusal("dim_head", "\(heads.width)", wanted: "an even number")
    }
    channels = model.values["stereo"]?.isTrue ?? false ? 2 : 1
    fftSize = try model.int("stft_n_fft", default: 2048, in: 64...65_536)
    hop = try model.int("stft_hop_length", default: 512, in: 1...fftSize / 2)
    guard hop <= fftSize / 2 else {
      throw model.refusal("stft_hop_length", "\(hop)", wanted: "at most \(fftSize / 2)")
    }
    guard fftSize % 2 == 0 else {
      throw model.refusal("stft_n_fft", "\(fftSize)", wanted: "an even number")
    }
    let window = try model.int("stft_win_length", default: 2048, in: 1...65_536)
    guard window == fftSize else {
      throw model.refusal("stft_win_length", "\(window)", wanted: "\(fftSize)")
    }
    zeroDC = model.values["zero_dc"]?.isTrue ?? true
    let maskDepth = try model.int(
      "mask_estimator_depth", default: kind == .bandSplit ? 2 : 1, in: 1...16)
    maskLayers = kind == .bandSplit ? maskDepth : maskDepth + 1
    maskWidth = dim * (try model.int("mlp_expansion_factor", default: 4, in: 1...64))
    sampleRate = try audio.int("sample_rate", default: 44_100, in: 1000...768_000)
    bands = try Self.bands(kind, model, fftSize: fftSize)

    let count = try model.int("num_stems", default: 1, in: 1...64)
    names = try StemNames(file["training"], stems: count)
    let sizes = fftSize...Self.longestChunk
    var chunk = try inference.optional("chunk_size", in: sizes)
    if chunk == nil { chunk = try audio.required("chunk_size", in: sizes) }
    if let chunkSeconds { chunk = try Self.chunk(chunkSeconds, in: sizes, rate: sampleRate) }
    chunkFrames = chunk ?? fftSize
    let stepsOfFile = try inference.int("num_overlap", default: 2, in: 1...64)
    overlap = steps ?? stepsOfFile
  }

  private static let longestChunk = 1 << 26

  private static func chunk(
    _ seconds: Double, in range: ClosedRange<Int>, rate: Int
  ) throws(FilterError) -> Int {
    guard let chosen = Int(exactly: (seconds * Double(rate)).rounded()), range ~= chosen else {
      throw FilterError(
        .usage,
        "The model cannot take chunks of \(seconds) seconds: they have \(range.lowerBound) to "
          + "\(range.upperBound) frames.", advice: "Leave --chunk out to take the model's own.")
    }
    return chosen
  }

  private static func bands(
    _ kind: Kind, _ model: ModelArguments, fftSize: Int
  ) throws(FilterError) -> [Range<Int>] {
    let bins = fftSize / 2 + 1
    switch kind {
    case .bandSplit:
      let widths = try model.ints(
        "freqs_per_bands", default: FrequencyBands.defaultWidths, in: 1...bins, count: 2...4096)
      let sum = widths.reduce(0, +)
      guard sum == bins else {
        throw model.refusal("freqs_per_bands", "\(sum) bins", wanted: "\(bins)")
      }
      return FrequencyBands.adjoining(widths)
    case .melBand:
      let count = try model.int("num_bands", default: 60, in: 2...1024)
      let rate = try model.int("sample_rate", default: 44_100, in: 1000...768_000)
      guard let bands = FrequencyBands.mel(count, sampleRate: rate, fftSize: fftSize) else {
        throw model.refusal(
          "num_bands", "\(count)", wanted: "another number, so that each has a frequency")
      }
      return bands
    }
  }

  /// What only training or another way of computing the same needs.
  private static let ignored: Set<String> = [
    "attn_dropout", "debug", "dim_freqs_in", "ff_dropout", "flash_attn", "match_input_audio_length",
    "multi_stft_hop_size", "multi_stft_normalized", "multi_stft_resolution_loss_weight",
    "multi_stft_resolutions_window_sizes", "sage_attention", "use_torch_checkpoint",
    // Its biases are tensors of the checkpoint, and are read where they are there.
    "use_shared_bias",
  ]
  private static let read: Set<String> = [
    "depth", "dim", "dim_head", "freq_transformer_depth", "freqs_per_bands", "heads",
    "linear_transformer_depth", "mask_estimator_depth", "mlp_expansion_factor", "num_bands",
    "num_stems", "sample_rate", "skip_connection", "stereo", "stft_hop_length", "stft_n_fft",
    "stft_normalized", "stft_win_length", "time_transformer_depth", "use_pope", "zero_dc",
  ]

  /// Refuses what no released checkpoint of these two networks needs, and arguments that nobody here knows.
  private static func checkVariant(_ model: ModelArguments, kind: Kind) throws(FilterError) {
    try model.require("stft_normalized", is: false)
    try model.require("linear_transformer_depth", is: 0)
    try model.require("skip_connection", is: false)
    try model.require("use_pope", is: false)
    for name in model.names where !read.contains(name) && !ignored.contains(name) {
      throw model.refusal(name, model.values[name]?.words ?? "", wanted: "a model without it")
    }
  }
}
