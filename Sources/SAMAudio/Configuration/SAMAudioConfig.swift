package import APCore
internal import Checkpoints

/// How a SAM-Audio model is built, and the sizes that follow from it (sam_audio/model/config.py,
/// `SAMAudioConfig`). The names are the reference's; so are the defaults, those of the base size.
///
/// What is not here has the same value in all released checkpoints, or matters in training, with
/// video, or to the rankers only.
package struct SAMAudioConfig: Sendable, Hashable {
  /// The codec between sound and latents.
  package let audioCodec: CodecConfig
  /// The text encoder's place in the model.
  package let textEncoder: TextEncoderConfig
  /// The network that separates.
  package let transformer: TransformerConfig
  /// Kinds of anchors that spans can set; `<null>`, `+`, `-` and `<pad>` are one more.
  package let numAnchors: Int
  /// Width of an anchor's embedding.
  package let anchorEmbeddingDim: Int
  /// Width of the video features, which a prompt in words leaves at zero.
  package let visionDim: Int

  /// Reads `config.json`.
  ///
  /// - Throws: `FilterError.Code.noInput`, `.unsupportedCheckpoint` for a value that would need
  ///   another network; it names the field. Fields that are not known are passed over.
  package init(path: String) throws(FilterError) {
    let arguments = try ModelArguments(
      json: path, advice: "No released sam-audio model is like that.")
    audioCodec = try CodecConfig(arguments["audio_codec"])
    textEncoder = try TextEncoderConfig(arguments["text_encoder"])
    transformer = try TransformerConfig(arguments["transformer"])
    numAnchors = try arguments.int("num_anchors", default: 3, in: 3...3)
    anchorEmbeddingDim = try arguments.int("anchor_embedding_dim", default: 128, in: 1...8192)
    visionDim = try arguments["vision_encoder"].int("dim", default: 1024, in: 1...8192)
    let latent = audioCodec.codebookDim
    try arguments.require("in_channels", is: Double(6 * latent))
    guard transformer.outChannels == 2 * latent else {
      throw arguments["transformer"].refusal(
        "out_channels", "\(transformer.outChannels)",
        wanted: "\(2 * latent), twice audio_codec.codebook_dim,")
    }
  }

  /// Channels of a state of the ODE: the target's latent, and after it the residual's.
  package var stateChannels: Int { 2 * audioCodec.codebookDim }
}

/// The DAC-VAE codec's sizes (`DACVAEConfig`).
package struct CodecConfig: Sendable, Hashable {
  /// Channels after the encoder's first convolution; each block doubles them.
  package let encoderDim: Int
  /// By how much each of the encoder's blocks shortens time.
  package let encoderRates: [Int]
  /// Channels between encoder and latent.
  package let latentDim: Int
  /// Channels after the decoder's first convolution; each block halves them.
  package let decoderDim: Int
  /// By how much each of the decoder's blocks lengthens time.
  package let decoderRates: [Int]
  /// Channels of a latent.
  package let codebookDim: Int
  /// Frames of sound a second.
  package let sampleRate: Int

  /// By how much each of the decoder's blocks lengthens time in its watermark.
  static let watermarkRates = [8, 5, 4, 2]
  /// Frames of sound of a column between the watermark's two halves.
  static let watermarkHop = watermarkRates.reduce(1, *)

  init(_ arguments: ModelArguments) throws(FilterError) {
    encoderDim = try arguments.int("encoder_dim", default: 64, in: 1...1024)
    encoderRates = try arguments.ints(
      "encoder_rates", default: [2, 8, 10, 12], in: 1...64, count: 1...8)
    latentDim = try arguments.int("latent_dim", default: 1024, in: 1...16_384)
    decoderDim = try arguments.int("decoder_dim", default: 1536, in: 1...16_384)
    decoderRates = try arguments.ints(
      "decoder_rates", default: [12, 10, 8, 2], in: 1...64, count: 1...8)
    codebookDim = try arguments.int("codebook_dim", default: 128, in: 1...4096)
    sampleRate = try arguments.int("sample_rate", default: 48_000, in: 1000...768_000)
    guard decoderRates.reduce(1, *) == encoderRates.reduce(1, *), hop <= 1 << 20 else {
      throw arguments.refusal(
        "decoder_rates", "\(decoderRates)",
        wanted: "as many frames of sound per latent frame as with encoder_rates = \(encoderRates)")
    }
    guard encoderRates.allSatisfy({ $0 % 2 == 0 }) else {
      throw arguments.refusal("encoder_rates", "\(encoderRates)", wanted: "even numbers")
    }
    guard decoderRates.count == Self.watermarkRates.count, hop % Self.watermarkHop == 0 else {
      throw arguments.refusal(
        "decoder_rates", "\(decoderRates)",
        wanted:
          "\(Self.watermarkRates.count) numbers whose product is a multiple of \(Self.watermarkHop)"
      )
    }
    let halvings = 1 << decoderRates.count
    guard decoderDim % halvings == 0 else {
      throw arguments.refusal(
        "decoder_dim", "\(decoderDim)", wanted: "a multiple of \(halvings)")
    }
  }

  /// Of an encoder alone, as transformers' configurations have it.
  ///
  /// - Parameter latentDim: what they do not have.
  init(encoder arguments: ModelArguments, latentDim: Int) throws(FilterError) {
    encoderDim = try arguments.int("encoder_hidden_size", default: 64, in: 1...1024)
    encoderRates = try arguments.ints(
      "downsampling_ratios", default: [2, 8, 10, 12], in: 1...64, count: 1...8)
    self.latentDim = latentDim
    decoderDim = try arguments.int("decoder_hidden_size", default: 1536, in: 1...16_384)
    decoderRates = encoderRates.reversed()
    codebookDim = try arguments.int("codebook_dim", default: 128, in: 1...4096)
    sampleRate = try arguments.int("sampling_rate", default: 48_000, in: 1000...768_000)
    guard encoderRates.allSatisfy({ $0 % 2 == 0 }), hop <= 1 << 20 else {
      throw arguments.refusal(
        "downsampling_ratios", "\(encoderRates)", wanted: "even numbers of a product below 2^20")
    }
  }

  /// Frames of sound a latent frame.
  package var hop: Int { encoderRates.reduce(1, *) }

  /// Latent frames of `frames` frames of sound.
  package func latentFrames(_ frames: Int) -> Int { (frames + hop - 1) / hop }
}

/// The text encoder's place in the model (`T5EncoderConfig`).
package struct TextEncoderConfig: Sendable, Hashable {
  /// The name of the T5 model.
  package let name: String
  /// Width of the text features.
  package let dim: Int
  /// The most tokens of a prompt, its end counted.
  package let maxLength: Int

  init(_ arguments: ModelArguments) throws(FilterError) {
    name = arguments.values["name"]?.text ?? "t5-base"
    dim = try arguments.int("dim", default: 768, in: 1...16_384)
    maxLength = try arguments.int("max_length", default: 512, in: 1...65_536)
    // Its last part is a folder's name beside the model.
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }), !name.contains("\0") else {
      throw arguments.refusal("name", "\"\(name)\"", wanted: "the name of a T5 model")
    }
  }

  /// The folder that the T5 model is kept in: its name without what comes before it, its owner.
  package var folder: String { FileSystem.name(name) }
}
