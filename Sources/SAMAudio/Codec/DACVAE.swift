internal import APCore
package import Checkpoints
package import Tensors

/// SAM-Audio's codec: a convolutional autoencoder of 25 latent frames a second.
///
/// Source: dacvae; Kumar and others, High-Fidelity Audio Compression with Improved RVQGAN (2023).
///
/// Signals of any length are taken tile by tile. A tile is computed together with what its results depend on
/// beside it, so that they are those of the whole signal, bit by bit.
package final class DACVAE {
  /// Sees what each stage gives of each tile, [C, T].
  var probe: Probe?
  /// Latent frames of a tile in encoding.
  var framesOfEncoderTile = CodecEncoder.framesOfTile
  /// Latent frames of a tile in decoding. What is computed beside it is mostly in the first layers and costs as much
  /// as one frame.
  var framesOfDecoderTile = decoderTile

  private static let decoderTile = 32

  private let encoder: CodecEncoder
  private let decoder: CodecDecoder
  private let watermark: Watermark
  private let config: CodecConfig
  private let workers: Workers

  /// Packs the weights tensor by tensor.
  ///
  /// - Parameters:
  ///   - weights: the checkpoint's root.
  ///   - numerics: how weights are stored. Those of 16 bits are always `f16`: none is large, and sound needs the
  ///     digits. What is multiplied is float32.
  ///   - workers: the threads that share the work.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  package init(
    _ weights: Weights, config: CodecConfig, numerics: Numerics = .float32, workers: Workers
  ) throws {
    let weights = weights["audio_codec"]
    self.config = config
    self.workers = workers
    let numerics = Numerics(stored: numerics.stored.map { $0 == .f32 ? .f32 : .f16 })
    // At once, since each packs its layers on one thread.
    (encoder, (decoder, watermark)) = try workers.both(
      { try CodecEncoder(weights, config: config, numerics: numerics) },
      {
        (
          try CodecDecoder(weights, config: config, numerics: numerics),
          try Watermark(weights["decoder"], numerics: numerics)
        )
      })
    try weights.finish()
  }

  /// The mean latent of mono samples: [codebookDim, ⌈N / hop⌉]. What the last frame lacks is filled by reflection.
  package func encode(_ samples: [Float]) -> Latent {
    encoder(samples, framesOfTile: framesOfEncoderTile, workers: workers, probe)
  }

  /// The mono samples of a latent: `frames · hop` of them.
  ///
  /// - Parameter message: bits of the watermark; nil: none is added.
  package func decode(_ latent: Latent, message: [Bool]?) -> [Float] {
    precondition(latent.channels == config.codebookDim, "latent must have the codec's channels")
    var samples = [Float](repeating: 0, count: latent.frames * config.hop)
    let memory = CodecMemory(workers: workers)
    for tile in Latent.tiles(of: framesOfDecoderTile, latent.frames) {
      decoder(latent, frames: tile, into: &samples, memory, probe)
    }
    if let message {
      watermark.add(
        message, to: &samples, columns: framesOfDecoderTile * config.hop / Watermark.hop, memory)
    }
    return samples
  }

  /// Floats that it takes beside the sound: two places for the activations of a tile, which has the most of them where it
  /// is sound.
  ///
  /// - Parameter frames: of the latent.
  static func tileFloats(_ config: CodecConfig, frames: Int) -> Int {
    let encoder = config.encoderDim * min(frames, CodecEncoder.framesOfTile)
    let decoder = (config.decoderDim >> config.decoderRates.count) * min(frames, decoderTile)
    return 2 * max(encoder, decoder) * config.hop
  }
}
