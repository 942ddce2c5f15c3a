package import APCore
package import Checkpoints
import Separation
package import Tensors

/// Hybrid Transformer Demucs: a segment of a mix in, its sources out.
///
/// Two branches, one over the spectrogram and one over the waveform, each a U-Net, with a transformer
/// between their encoders and decoders. Source: Rouard, Massa and Défossez, Hybrid Transformers for Music
/// Source Separation (2022); `HTDemucs` in htdemucs.py.
///
/// An instance separates one segment at a time.
package final class HTDemucs: SegmentSeparator {
  package let config: HTDemucsConfig
  /// Watches each stage, whose values it gets in the reference's layout.
  package var probe: Probe?

  private let layers: HTDemucsLayers
  private let memory: HTDemucsMemory

  /// - Parameters:
  ///   - weights: the checkpoint's root; nothing may be left over.
  ///   - workers: the threads that share the work.
  ///   - numerics: how weights are stored and what is multiplied.
  ///   - other: a network that never runs at the same time as this one: if it is of the same build, they
  ///     share their memory.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or unused.
  package init(
    _ weights: Weights, config: HTDemucsConfig, workers: Workers, numerics: Numerics = Numerics(),
    sharingMemoryOf other: HTDemucs? = nil
  ) throws {
    self.config = config
    layers = try reusingHeap {
      try HTDemucsLayers(weights, config: config, workers: workers, numerics: numerics)
    }
    if let other, other.config == config, other.memory.fits(workers, numerics) {
      memory = other.memory
    } else {
      memory = try HTDemucsMemory(config: config, workers: workers, numerics: numerics)
    }
  }

  /// Bytes that the activations of networks take, each of which shares the memory of the one before it.
  static func memory(_ configs: [HTDemucsConfig], numerics: Numerics) -> Int {
    configs.indices.filter { $0 == 0 || configs[$0] != configs[$0 - 1] }
      .reduce(0) { $0 + HTDemucsMemory.bytes(configs[$1], numerics: numerics) }
  }

  package var sources: [String] { config.sources }
  package var sampleRate: Int { config.samplerate }
  package var channels: Int { config.audioChannels }
  package var segmentFrames: Int { config.segmentFrames }

  package func separate(
    _ mix: UnsafeBufferPointer<Float>, into stems: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(mix.count == channels * segmentFrames, "mix must be a whole segment")
    precondition(stems.count == sources.count * mix.count, "stems must be of whole segments")
    guard let mix = mix.baseAddress, let stems = stems.baseAddress else { return }
    let depth = config.depth
    let (activations, workers) = (memory.activations, memory.workers)
    let (levels, timeLevels) = (activations.levels, activations.timeLevels)
    probe?.start()

    // 1. Both views of the mix, each normalised by its own mean and deviation.
    for blocks in [levels[0], timeLevels[0]] { blocks.clearMargins(workers) }
    memory.spectrogram.forward(
      mix, channels: channels, into: levels[0].block(0), layout: levels[0].spectrumLayout)
    probe?.lap("spectrogram")
    probe?.show("cac", levels[0])
    let norm = levels[0].normalize(workers)
    timeLevels[0].copy(planar: mix)
    let timeNorm = timeLevels[0].normalize(workers)

    // 2. Encoders.
    for layer in 0..<depth {
      for blocks in [levels[layer + 1], timeLevels[layer + 1]] { blocks.clearMargins(workers) }
      layers.timeEncoders[layer].alongTime(
        timeLevels[layer], shortened: activations.timeRewritten[layer],
        into: timeLevels[layer + 1], workers)
      report("tencoder.\(layer)", timeLevels[layer + 1])
      layers.encoders[layer].alongFrequency(
        levels[layer], into: levels[layer + 1],
        embedding: layer == 0 ? layers.embedding : nil, workers)
      report("encoder.\(layer)", levels[layer + 1])
    }

    // 3. The transformer adds its result to the last encoder layers', which is the first skip.
    let skips = [levels[depth], timeLevels[depth]].map { probe?.snapshot($0) }
    layers.transformer(
      levels[depth], timeLevels[depth], activations.transformer, positions: memory.positions,
      workers, probe)
    report("crosstransformer", levels[depth], minus: skips[0])
    report("crosstransformer.1", timeLevels[depth], minus: skips[1])

    // 4. Decoders: each but the last adds its result to the next skip.
    for index in 0..<depth {
      let layer = depth - 1 - index
      let isLast = layer == 0
      let (output, timeOutput) =
        isLast
        ? (activations.estimate, activations.timeEstimate) : (levels[layer], timeLevels[layer])
      let skips = isLast ? [nil, nil] : [output, timeOutput].map { probe?.snapshot($0) }
      layers.decoders[index].alongFrequency(
        levels[layer + 1], rewritten: activations.rewritten[layer], into: output,
        accumulate: !isLast, workers)
      report("decoder.\(index)", output, minus: skips[0])
      layers.timeDecoders[index].alongTime(
        timeLevels[layer + 1], rewritten: activations.timeRewritten[layer], into: timeOutput,
        accumulate: !isLast, workers)
      report("tdecoder.\(index)", timeOutput, minus: skips[1])
    }

    // 5. The sum of both estimates.
    activations.timeEstimate.copy(
      toPlanar: stems, scale: timeNorm.deviation, offset: timeNorm.mean, workers)
    memory.spectrogram.inverse(
      Floats(activations.estimate.block(0)), layout: activations.estimate.spectrumLayout,
      channels: sources.count * channels, scale: norm.deviation, offset: norm.mean,
      addingTo: stems)
    probe?.lap("output")
  }

  /// - Parameter before: what the blocks held before something was added to them.
  private func report(_ stage: String, _ blocks: Blocks, minus before: [Float]? = nil) {
    probe?.lap(stage)
    probe?.show(stage, blocks, minus: before)
  }
}
