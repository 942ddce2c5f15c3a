import Tensors

/// What a network has beside its weights, and networks of the same build share.
final class HTDemucsMemory {
  let spectrogram: Spectrogram
  let activations: HTDemucsActivations
  /// What is added to the tokens of both branches.
  let positions: [TokenPanels]
  let workers: Workers

  private let precision: NumberFormat

  init(config: HTDemucsConfig, workers: Workers, numerics: Numerics) throws {
    precision = numerics.of(.attention).multiplied
    self.workers = workers
    spectrogram = try Spectrogram(
      length: config.segmentFrames, frameLength: config.nfft, workers: workers)
    let precision = precision
    activations = ActivationPlan.allocate {
      HTDemucsActivations(config, precision: precision, plan: &$0)
    }
    positions = PositionalEmbedding.both(like: activations.transformer.tokens, workers)
  }

  /// Bytes that the activations take.
  static func bytes(_ config: HTDemucsConfig, numerics: Numerics) -> Int {
    let precision = numerics.of(.attention).multiplied
    return ActivationPlan.floats { HTDemucsActivations(config, precision: precision, plan: &$0) }
      * MemoryLayout<Float>.stride
  }

  /// Whether a network with these threads and these products can run in this memory.
  func fits(_ workers: Workers, _ numerics: Numerics) -> Bool {
    workers === self.workers && numerics.of(.attention).multiplied == precision
  }
}
