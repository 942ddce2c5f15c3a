import Tensors

/// The transformer between encoders and decoders, over both branches (`CrossTransformerEncoder` in
/// transformer.py), with the 1×1 convolutions that lead to its width and back.
///
/// Tokens of the frequency branch stand in the order (frequency, time); the reference's is (time, frequency).
/// Nothing depends on it: attention and norms see a set of tokens.
struct CrossTransformer {
  private let branches: [Branch]
  private let layers: [TransformerLayerPair]
  private let attention: [[AttentionInputs]]

  /// One branch's way in and out, and its memory.
  private struct Branch {
    /// nil where the transformer has the encoder's width.
    let upsampler: Convolution?
    let downsampler: Convolution?
    let normWeight: [Float]
    let normBias: [Float]
    let position: TokenPanels
    let tokens: TokenPanels
    let attended: TokenPanels
  }

  /// - Parameters:
  ///   - weights: at the root, since the convolutions stand beside `crosstransformer`.
  init(_ weights: Weights, config: HTDemucsConfig, precision: Precision) throws {
    let outer = config.channels(config.depth - 1)
    let channels = config.transformerChannels
    let transformer = weights["crosstransformer"]
    func convolution(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Convolution? {
      guard config.bottomChannels != 0 else { return nil }
      return Convolution(
        weight: try weights[name].floats("weight", shape: [outputs, inputs, 1]),
        bias: try weights[name].floats("bias", shape: [outputs]), inputs: inputs,
        activation: .none, precision: precision)
    }
    let frequencies = config.frequencyBins(config.depth)
    let spectra = config.segmentSpectra
    let frames = config.timeFrames(config.depth)
    branches = try [("", frequencies, spectra), ("_t", 1, frames)].map { suffix, groups, tokens in
      let norm = transformer["norm_in\(suffix)"]
      return Branch(
        upsampler: try convolution("channel_upsampler\(suffix)", outer, channels),
        downsampler: try convolution("channel_downsampler\(suffix)", channels, outer),
        normWeight: try norm.floats("weight", shape: [channels]),
        normBias: try norm.floats("bias", shape: [channels]),
        position: suffix.isEmpty
          ? PositionalEmbedding.frequencyAndTime(
            channels: channels, frequencies: groups, tokens: tokens)
          : PositionalEmbedding.time(channels: channels, tokens: tokens),
        tokens: TokenPanels(channels: channels, groups: groups, tokens: tokens),
        attended: TokenPanels(channels: channels, groups: groups, tokens: tokens))
    }
    layers = try (0..<config.tLayers).map { index in
      let isCross = index % 2 == 1
      return TransformerLayerPair(
        try TransformerLayer(
          transformer["layers"][index], config: config, isCross: isCross, precision: precision),
        try TransformerLayer(
          transformer["layers_t"][index], config: config, isCross: isCross, precision: precision),
        isCross: isCross)
    }
    let (f, t) = (branches[0].tokens, branches[1].tokens)
    attention = [
      [
        AttentionInputs(queries: f, keys: f, precision: precision),
        AttentionInputs(queries: t, keys: t, precision: precision),
      ],
      [
        AttentionInputs(queries: f, keys: t, precision: precision),
        AttentionInputs(queries: t, keys: f, precision: precision),
      ],
    ]
  }

  /// Floats of scratch memory for a thread.
  var scratch: Int {
    let convolutions = branches.flatMap { [$0.upsampler, $0.downsampler] }.compactMap { $0 }
    let needed = convolutions.map { $0.outputs * Tile.columns + $0.scratch }
    return (needed + layers.map(\.scratch)).max() ?? 0
  }

  /// Reads both encoders' results and *adds* the transformed ones to them, which is what the decoders begin with.
  ///
  /// - Parameters:
  ///   - x: the frequency branch, [F, C, T].
  ///   - xt: the time branch, [1, C, T].
  ///   - trace: called with the tokens of both branches after each layer.
  func callAsFunction(
    _ x: Blocks, _ xt: Blocks, _ work: Workspace,
    trace: ((_ layer: Int, _ tokens: [TokenPanels]) -> Void)? = nil
  ) {
    for (branch, rows) in zip(branches, [x, xt]) {
      work.pool.run(branch.tokens.count) { panel, worker in
        enter(branch, rows, panel, work.scratch[worker])
      }
    }
    let tokens = branches.map(\.tokens)
    for (index, layer) in layers.enumerated() {
      layer(
        tokens, attention: attention[index % 2], attended: branches.map(\.attended),
        scratch: work.scratch, pool: work.pool)
      trace?(index, tokens)
    }
    for (branch, rows) in zip(branches, [x, xt]) {
      work.pool.run(branch.tokens.count) { panel, worker in
        leave(branch, panel, rows, work.scratch[worker])
      }
    }
  }

  /// tokens = LayerNorm(upsampled x) + position, for one panel.
  private func enter(_ branch: Branch, _ x: Blocks, _ panel: Int, _ scratch: MutableFloats) {
    let tokens = branch.tokens
    let output = tokens.panel(panel)
    let column = panel % x.panels * Tile.columns
    let valid = tokens.valid(panel: panel)
    let rows = x.block(panel / x.panels) + column
    if let upsampler = branch.upsampler {
      upsampler(
        origin: Floats(rows), stride: x.stride, output: output,
        outputStride: Tile.columns, valid: valid, scratch: scratch)
    } else {
      for channel in 0..<tokens.channels {
        (output + channel * Tile.columns).update(
          from: rows + channel * x.stride, count: Tile.columns)
      }
    }  // [C, 48]
    LayerNorm.normalize(Floats(output), into: output, channels: tokens.channels)
    let position = branch.position.panel(panel)
    for channel in 0..<tokens.channels {
      let (weight, bias) = (branch.normWeight[channel], branch.normBias[channel])
      for index in channel * Tile.columns..<(channel + 1) * Tile.columns {
        output[index] = output[index] * weight + bias + position[index]
      }
    }
  }

  /// x += downsampled tokens, for one panel.
  private func leave(_ branch: Branch, _ panel: Int, _ x: Blocks, _ scratch: MutableFloats) {
    let tokens = branch.tokens
    let valid = tokens.valid(panel: panel)
    var result = tokens.panel(panel)
    if let downsampler = branch.downsampler {
      result = scratch + downsampler.scratch
      downsampler(
        origin: Floats(tokens.panel(panel)), stride: Tile.columns, output: result,
        outputStride: Tile.columns, valid: valid, scratch: scratch)
    }  // [C, 48]
    let rows = x.block(panel / x.panels) + panel % x.panels * Tile.columns
    for channel in 0..<x.channels {
      let target = rows + channel * x.stride
      for column in 0..<valid { target[column] += result[channel * Tile.columns + column] }
    }
  }
}
