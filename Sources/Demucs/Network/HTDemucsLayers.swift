import Checkpoints
import Tensors

/// The weights of a network, packed for its kernels by all threads at once.
struct HTDemucsLayers {
  let encoders: [EncoderLayer]
  let timeEncoders: [EncoderLayer]
  let transformer: CrossTransformer
  let decoders: [DecoderLayer]
  let timeDecoders: [DecoderLayer]
  /// What is added after the first encoder layer, [F][C].
  let embedding: FloatStorage?

  /// - Parameter weights: the checkpoint's root; nothing may be left over.
  init(
    _ weights: Weights, config: HTDemucsConfig, workers: Workers, numerics: Numerics
  ) throws {
    let depth = config.depth
    transformer = try CrossTransformer(
      weights, config: config, workers: workers, numerics: numerics)

    func numericsOf(layer: Int) -> Numerics { numerics.of(layer == 0 ? .outermost : .inner) }
    let encoders = try workers.map(2 * depth) { index in
      let (layer, isTime) = (index / 2, index % 2 == 1)
      return try EncoderLayer(
        weights[isTime ? "tencoder" : "encoder"][layer], config: config,
        inputs: isTime ? config.timeChannelsIn(layer) : config.channelsIn(layer),
        outputs: config.channels(layer), isTime: isTime,
        numerics: numericsOf(layer: layer))
    }
    let decoders = try workers.map(2 * depth) { index in
      let (place, isTime) = (index / 2, index % 2 == 1)
      let layer = depth - 1 - place
      return try DecoderLayer(
        weights[isTime ? "tdecoder" : "decoder"][place], config: config,
        inputs: config.channels(layer),
        outputs: layer == 0
          ? (isTime ? 1 : 2) * config.audioChannels * config.sources.count
          : config.channels(layer - 1),
        isTime: isTime, isLast: layer == 0,
        numerics: numericsOf(layer: layer))
    }
    self.encoders = (0..<depth).map { encoders[2 * $0] }
    timeEncoders = (0..<depth).map { encoders[2 * $0 + 1] }
    self.decoders = (0..<depth).map { decoders[2 * $0] }
    timeDecoders = (0..<depth).map { decoders[2 * $0 + 1] }
    embedding = try HTDemucsLayers.embedding(weights, config: config)
    try weights.finish()
  }

  /// The stored table, times both of its factors.
  private static func embedding(
    _ weights: Weights, config: HTDemucsConfig
  ) throws -> FloatStorage? {
    guard config.freqEmb != 0 else { return nil }
    let table = try weights["freq_emb"]["embedding"].floats(
      "weight", shape: [config.frequencyBins(1), config.channels])
    return FloatStorage(table.map { Float(config.freqEmb) * (Float(config.embScale) * $0) })
  }
}
