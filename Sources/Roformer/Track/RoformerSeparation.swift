internal import APCore
internal import Separation

/// The separation of a stream: one track or its windows in, a track for each output out.
struct RoformerSeparation {
  private let network: RoformerNetwork
  private let outputs: [StemOutput]
  private let input: NetworkInput
  private let keptChannels: Int
  private let writer: StreamWriter
  private let progress: Progress
  private let wanted: Set<Int>

  /// - Parameter input: at the network's rate and channels.
  init(
    _ network: RoformerNetwork, outputs: [StemOutput], input: NetworkInput, writer: StreamWriter,
    progress: Progress
  ) {
    self.network = network
    self.outputs = outputs
    self.input = input
    self.writer = writer
    self.progress = progress
    // A mono track is separated as two equal channels, of which the first one counts.
    keptChannels = min(input.header.channels, network.config.channels)
    wanted = Set(
      network.config.names.stems.indices.filter { stem in
        outputs.contains { $0.sourceGains[stem] != 0 }
      })
  }

  /// Separates the stream, from its header to its end.
  ///
  /// - Parameter historyEntry: what the output's header says of this filter.
  func run(historyEntry: HistoryEntry) throws {
    // While it can still be refused with a sentence, and before the first byte goes out.
    try AvailableMemory.require(ChunkOverlap.memory(network.config))
    try writer.write(
      input.outputHeader(
        tracks: outputs.map { Track($0.name) }, channels: keptChannels, historyEntry: historyEntry,
        advice: StemOutput.adviceOnTakenName))
    let stems = StemWriter(
      outputs, channels: keptChannels, rate: network.config.sampleRate, total: input.frames,
      to: writer, progress: progress)
    while let passage = try input.next() {
      let track = ChunkOverlap(
        network.config, length: passage.length, outputs: outputs, keptChannels: keptChannels
      ) { network.separate($0, wanted: wanted, into: $1) }
      try stems.write(track, of: passage, as: passage)
    }
    try writer.finish(extra: input.endExtra)
  }
}
