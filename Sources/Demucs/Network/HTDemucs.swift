import Tensors

/// Hybrid Transformer Demucs: a segment of a mix in, its sources out.
///
/// Two branches, one over the spectrogram and one over the waveform, each a U-Net, with a transformer
/// between their encoders and decoders. Source: Rouard, Massa and Défossez, Hybrid Transformers for Music
/// Source Separation (2022); `HTDemucs` in htdemucs.py.
///
/// All memory is planned here, once. An instance separates one segment at a time.
final class HTDemucs: SegmentSeparator {
  let config: HTDemucsConfig
  /// Called with each stage's name, shape and values, in the reference's layout: for tests.
  var trace: ((_ name: String, _ shape: [Int], _ values: [Float]) -> Void)?

  /// Called when a stage is done: for benchmarks.
  var finished: ((_ stage: String) -> Void)?

  private let encoders: [EncoderLayer]
  private let timeEncoders: [EncoderLayer]
  private let transformer: CrossTransformer
  private let decoders: [DecoderLayer]
  private let timeDecoders: [DecoderLayer]
  /// What is added behind the first encoder layer: [F][C].
  private let embedding: FloatStorage?

  private let spectrogram: Spectrogram
  private let work: Workspace
  /// The normalised spectrum, then what each encoder layer left. A decoder layer adds to what the encoder left,
  /// so that a skip takes up no memory of its own.
  private let levels: [Blocks]
  private let timeLevels: [Blocks]
  private let estimate: Blocks
  private let timeEstimate: Blocks

  /// - Parameters:
  ///   - weights: the checkpoint's root; nothing may be left over.
  ///   - pool: the threads that share the work.
  ///   - precision: what products are made of.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or unused.
  init(
    _ weights: Weights, config: HTDemucsConfig, pool: ThreadPool, precision: Precision = .f32
  ) throws {
    self.config = config
    let depth = config.depth
    let outputs = 2 * config.audioChannels * config.sources.count
    func encoder(_ name: String, isTime: Bool) throws -> [EncoderLayer] {
      try (0..<depth).map { layer in
        try EncoderLayer(
          weights[name][layer], config: config,
          inputs: isTime ? config.timeChannelsIn(layer) : config.channelsIn(layer),
          outputs: config.channels(layer), isTime: isTime, precision: precision)
      }
    }
    func decoder(_ name: String, outputs: Int, isTime: Bool) throws -> [DecoderLayer] {
      try (0..<depth).map { index in
        let layer = depth - 1 - index
        return try DecoderLayer(
          weights[name][index], config: config, inputs: config.channels(layer),
          outputs: layer == 0 ? outputs : config.channels(layer - 1), isTime: isTime,
          isLast: layer == 0, precision: precision)
      }
    }
    encoders = try encoder("encoder", isTime: false)
    timeEncoders = try encoder("tencoder", isTime: true)
    transformer = try CrossTransformer(weights, config: config, precision: precision)
    decoders = try decoder("decoder", outputs: outputs, isTime: false)
    timeDecoders = try decoder("tdecoder", outputs: outputs / 2, isTime: true)
    embedding = try HTDemucs.embedding(weights, config: config)
    try weights.finish()

    spectrogram = try Spectrogram(
      length: config.segmentFrames, frameLength: config.nfft, pool: pool)
    let spectra = config.segmentSpectra
    levels = (0...depth).map { layer in
      Blocks(
        count: config.frequencyBins(layer), channels: config.channelsIn(layer), columns: spectra)
    }
    timeLevels = (0...depth).map { layer in
      Blocks(
        count: 1, channels: config.timeChannelsIn(layer), columns: config.timeFrames(layer))
    }
    estimate = Blocks(count: config.frequencyBins(0), channels: outputs, columns: spectra)
    timeEstimate = Blocks(count: 1, channels: outputs / 2, columns: config.segmentFrames)
    work = HTDemucs.workspace(
      encoders: encoders, timeEncoders: timeEncoders, decoders: decoders,
      timeDecoders: timeDecoders, transformer: transformer, levels: Array(levels.dropFirst()),
      timeLevels: Array(timeLevels.dropFirst()), pool: pool)
  }

  var sources: [String] { config.sources }
  var sampleRate: Int { config.samplerate }
  var channels: Int { config.audioChannels }
  var segmentFrames: Int { config.segmentFrames }

  func separate(_ mix: UnsafeBufferPointer<Float>, into stems: UnsafeMutableBufferPointer<Float>) {
    precondition(mix.count == channels * segmentFrames, "mix must be a whole segment")
    precondition(stems.count == sources.count * mix.count, "stems must be of whole segments")
    guard let mix = mix.baseAddress, let stems = stems.baseAddress else { return }
    let depth = config.depth

    // 1. Both views of the mix, each normalised by its own mean and deviation.
    spectrogram.forward(
      mix, channels: channels, into: levels[0].block(0), layout: levels[0].spectrumLayout)
    report("cac", levels[0])
    let norm = levels[0].normalize(work.pool)
    timeLevels[0].copy(planar: mix)
    let timeNorm = timeLevels[0].normalize(work.pool)

    // 2. Encoders.
    for layer in 0..<depth {
      timeEncoders[layer].alongTime(timeLevels[layer], into: timeLevels[layer + 1], work)
      report("tencoder.\(layer)", timeLevels[layer + 1])
      encoders[layer].alongFrequency(
        levels[layer], into: levels[layer + 1], embedding: layer == 0 ? embedding : nil, work)
      report("encoder.\(layer)", levels[layer + 1])
    }

    // 3. The transformer adds its result to the last encoder layers', which is the first skip.
    let skips = [levels[depth], timeLevels[depth]].map(snapshot)
    transformer(levels[depth], timeLevels[depth], work, trace: trace.map(reportTokens))
    report("crosstransformer", levels[depth], minus: skips[0])
    report("crosstransformer.1", timeLevels[depth], minus: skips[1])

    // 4. Decoders: each but the last adds its result to the next skip.
    for index in 0..<depth {
      let layer = depth - 1 - index
      let isLast = layer == 0
      let (output, timeOutput) =
        isLast ? (estimate, timeEstimate) : (levels[layer], timeLevels[layer])
      let skips = isLast ? [nil, nil] : [output, timeOutput].map(snapshot)
      decoders[index].alongFrequency(levels[layer + 1], into: output, accumulate: !isLast, work)
      report("decoder.\(index)", output, minus: skips[0])
      timeDecoders[index].alongTime(
        timeLevels[layer + 1], into: timeOutput, accumulate: !isLast, work)
      report("tdecoder.\(index)", timeOutput, minus: skips[1])
    }

    // 5. The sum of both estimates.
    timeEstimate.copy(toPlanar: stems, scale: timeNorm.deviation, offset: timeNorm.mean, work.pool)
    spectrogram.inverse(
      Floats(estimate.block(0)), layout: estimate.spectrumLayout,
      channels: sources.count * channels, scale: norm.deviation, offset: norm.mean,
      addingTo: stems)
    finished?("output")
  }
}
