internal import APCore
internal import Separation

/// The separation of a stream: one track or its windows in, a track for each output out.
struct RoformerSeparation {
  private let network: OverflowGuard<RoformerNetwork>
  private let config: RoformerConfig
  private let outputs: [StemOutput]
  private let input: NetworkInput
  private let keptChannels: Int
  private let writer: StreamWriter
  private let progress: Progress
  private let wanted: Set<Int>

  /// - Parameter input: at the network's rate and channels.
  init(
    _ network: OverflowGuard<RoformerNetwork>, outputs: [StemOutput], input: NetworkInput,
    writer: StreamWriter, progress: Progress
  ) {
    self.network = network
    config = network.network.config
    self.outputs = outputs
    self.input = input
    self.writer = writer
    self.progress = progress
    // A mono track is separated as two equal channels, of which the first one counts.
    keptChannels = min(input.header.channels, config.channels)
    wanted = Set(
      config.names.stems.indices.filter { stem in
        outputs.contains { $0.sourceGains[stem] != 0 }
      })
  }

  /// Separates the stream, from its header to its end.
  ///
  /// - Parameter historyEntry: what the output's header says of this filter.
  func run(historyEntry: HistoryEntry) throws {
    // While it can still be refused with a sentence, and before the first byte goes out.
    try AvailableMemory.require(ChunkOverlap.memory(config))
    try writer.write(
      input.outputHeader(
        tracks: outputs.map { Track($0.name) }, channels: keptChannels, historyEntry: historyEntry,
        advice: StemOutput.adviceOnTakenName))
    let stems = StemWriter(
      outputs, channels: keptChannels, rate: config.sampleRate, total: input.frames,
      to: writer, progress: progress)
    while let passage = try input.next() {
      let track = ChunkOverlap(
        config, length: passage.length, outputs: outputs, keptChannels: keptChannels
      ) { try separate($0, into: $1) }
      try stems.write(track, of: passage, as: passage)
    }
    try writer.finish(extra: input.endExtra)
  }

  /// Separates a chunk.
  private func separate(
    _ mix: UnsafePointer<Float>, into stems: UnsafeMutablePointer<Float>
  ) throws {
    let size = config.channels * config.chunkFrames
    try network.run {
      $0.separate(mix, wanted: wanted, into: stems)
    } overflowed: {
      UnsafeBufferPointer(start: mix, count: size).areFinite
        && !UnsafeBufferPointer(start: stems, count: config.names.stems.count * size).areFinite
    }
  }
}
