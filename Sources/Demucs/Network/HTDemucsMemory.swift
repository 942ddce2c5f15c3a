import Tensors

/// All memory that a segment needs, planned once. What networks of the same build share.
final class HTDemucsMemory {
  let spectrogram: Spectrogram
  /// The normalised spectrum, then what each encoder layer left. A decoder layer adds to what the encoder left,
  /// so that a skip takes up no memory of its own.
  let levels: [Blocks]
  /// The same of the time branch.
  let timeLevels: [Blocks]
  let transformer: TransformerMemory
  /// What the last decoder layers leave.
  let estimate: Blocks
  let timeEstimate: Blocks
  let workers: Workers

  private let multiplied: NumberFormat

  init(config: HTDemucsConfig, workers: Workers, numerics: Numerics) throws {
    let depth = config.depth
    let spectra = config.segmentSpectra
    let outputs = config.audioChannels * config.sources.count
    multiplied = numerics.multiplied
    spectrogram = try Spectrogram(
      length: config.segmentFrames, frameLength: config.nfft, workers: workers)
    levels = (0...depth).map { layer in
      Blocks(
        count: config.frequencyBins(layer), channels: config.channelsIn(layer), columns: spectra)
    }
    timeLevels = (0...depth).map { layer in
      Blocks(
        count: 1, channels: config.timeChannelsIn(layer), columns: config.timeFrames(layer))
    }
    transformer = TransformerMemory(config, workers: workers, numerics: numerics)
    estimate = Blocks(count: config.frequencyBins(0), channels: 2 * outputs, columns: spectra)
    timeEstimate = Blocks(count: 1, channels: outputs, columns: config.segmentFrames)
    self.workers = workers
  }

  /// Whether a network with these threads and these products can run in this memory.
  func fits(_ workers: Workers, _ numerics: Numerics) -> Bool {
    workers === self.workers && numerics.multiplied == multiplied
  }
}

extension Blocks {
  /// Where a spectrum's rows lie: a block for each frequency.
  var spectrumLayout: Spectrogram.Layout {
    Spectrogram.Layout(channelStride: stride, frequencyStride: blockStride)
  }
}
