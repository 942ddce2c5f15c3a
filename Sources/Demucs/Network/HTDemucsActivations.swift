import Tensors

/// The activations of a segment.
struct HTDemucsActivations {
  /// The normalised spectrum, then what each encoder layer left. A decoder layer adds to what the encoder left,
  /// so that a skip takes up no memory of its own.
  let levels: [Blocks]
  /// The same of the time branch.
  let timeLevels: [Blocks]
  /// What a decoder layer makes of its input before it lengthens it.
  let rewritten: [Blocks]
  /// What an encoder layer of the time branch shortens its input to, and the same as `rewritten` of a decoder layer.
  let timeRewritten: [Blocks]
  let transformer: TransformerActivations
  /// What the last decoder layers leave.
  let estimate: Blocks
  let timeEstimate: Blocks

  init(_ config: HTDemucsConfig, precision: NumberFormat, plan: inout ActivationPlan) {
    let depth = config.depth
    let spectra = config.segmentSpectra
    let outputs = config.audioChannels * config.sources.count
    // The stages: the spectrum, encoders, two of the transformer, decoders, which undo a layer each, the output.
    func encoder(_ layer: Int) -> Int { 1 + layer }
    let (attention, crossAttention) = (1 + depth, 2 + depth)
    func decoder(_ layer: Int) -> Int { 2 + 2 * depth - layer }
    let output = 3 + 2 * depth
    /// A level is an encoder layer's result until that layer is undone.
    func life(_ level: Int) -> ActivationPlan.Stages {
      .init(level == 0 ? 0...encoder(0) : encoder(level - 1)...decoder(level - 1))
    }

    estimate = plan.blocks(
      count: config.frequencyBins(0), channels: 2 * outputs, columns: spectra,
      during: .init(decoder(0)...output))
    timeEstimate = plan.blocks(
      channels: outputs, columns: config.segmentFrames, during: .init(decoder(0)...output))
    levels = (0...depth).map { level in
      plan.blocks(
        count: config.frequencyBins(level), channels: config.channelsIn(level), columns: spectra,
        during: life(level))
    }
    timeLevels = (0...depth).map { level in
      plan.blocks(
        channels: config.timeChannelsIn(level), columns: config.timeFrames(level),
        during: life(level))
    }
    rewritten = (0..<depth).map { layer in
      plan.blocks(
        count: config.frequencyBins(layer + 1), channels: config.channels(layer), columns: spectra,
        during: .init(decoder(layer)))
    }
    timeRewritten = (0..<depth).map { layer in
      plan.blocks(
        channels: config.channels(layer), columns: config.timeFrames(layer + 1),
        during: [.init(encoder(layer)), .init(decoder(layer))])
    }
    transformer = TransformerActivations(
      config, precision: precision, during: .init(attention), cross: .init(crossAttention),
      plan: &plan)
  }
}

extension Blocks {
  /// Where a spectrum's rows lie: a block for each frequency.
  var spectrumLayout: Spectrogram.Layout {
    Spectrogram.Layout(channelStride: stride, frequencyStride: blockStride)
  }
}
