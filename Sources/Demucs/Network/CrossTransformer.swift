import APCore
import Checkpoints
import Tensors

/// The transformer between encoders and decoders, over both branches (`CrossTransformerEncoder` in
/// transformer.py), with the 1×1 convolutions that lead to its width and back.
///
/// Tokens of the frequency branch stand in the order (frequency, time); the reference's is (time, frequency).
/// Nothing depends on it: attention and norms see a set of tokens.
struct CrossTransformer {
  private let branches: [Branch]
  private let layers: [TransformerLayerPair]

  /// One branch's way in and out.
  private struct Branch {
    /// nil where the transformer has the encoder's width.
    let upsampler: Convolution?
    let downsampler: Convolution?
    let normWeight: [Float]
    let normBias: [Float]
  }

  /// - Parameters:
  ///   - weights: at the root, since the convolutions stand beside `crosstransformer`.
  init(
    _ weights: Weights, config: HTDemucsConfig, workers: Workers, numerics: Numerics
  ) throws {
    let outer = config.channels(config.depth - 1)
    let channels = config.transformerChannels
    let transformer = weights["crosstransformer"]
    func convolution(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Convolution? {
      guard config.bottomChannels != 0 else { return nil }
      return Convolution(
        weight: try weights[name].floats("weight", shape: [outputs, inputs, 1]),
        bias: try weights[name].floats("bias", shape: [outputs]), inputs: inputs,
        activation: .none, numerics: numerics.of(.inner))
    }
    branches = try ["", "_t"].map { suffix in
      let norm = transformer["norm_in\(suffix)"]
      return Branch(
        upsampler: try convolution("channel_upsampler\(suffix)", outer, channels),
        downsampler: try convolution("channel_downsampler\(suffix)", channels, outer),
        normWeight: try norm.floats("weight", shape: [channels]),
        normBias: try norm.floats("bias", shape: [channels]))
    }
    let layers = try workers.map(2 * config.tLayers) { index in
      try TransformerLayer(
        transformer[index % 2 == 0 ? "layers" : "layers_t"][index / 2], channels: channels,
        hidden: config.transformerHidden, heads: config.heads, isCross: index / 2 % 2 == 1,
        numerics: numerics.of(.transformer))
    }
    self.layers = (0..<config.tLayers).map { index in
      TransformerLayerPair(layers[2 * index], layers[2 * index + 1], isCross: index % 2 == 1)
    }
  }

  /// Reads both encoders' results and *adds* the transformed ones to them, which is what the decoders begin with.
  ///
  /// - Parameters:
  ///   - x: the frequency branch, [F, C, T].
  ///   - xt: the time branch, [1, C, T].
  ///   - positions: what is added to the tokens of each branch.
  ///   - probe: sees the tokens of both branches after each layer.
  func callAsFunction(
    _ x: Blocks, _ xt: Blocks, _ activations: TransformerActivations, positions: [TokenPanels],
    _ workers: Workers, _ probe: Probe?
  ) {
    let tokens = activations.tokens
    for (index, rows) in [x, xt].enumerated() {
      workers.run(tokens[index].count) { panel, scratch in
        enter(
          branches[index], rows, panel, tokens[index], position: positions[index],
          scratch)
      }
    }
    for (index, layer) in layers.enumerated() {
      layer(
        tokens, attention: activations.attention[index % 2], attended: activations.attended,
        workers: workers)
      probe?.show("crosstransformer.layers.\(index)", tokens[0])
      probe?.show("crosstransformer.layers_t.\(index)", tokens[1])
    }
    for (index, rows) in [x, xt].enumerated() {
      workers.run(tokens[index].count) { panel, scratch in
        leave(branches[index], tokens[index], panel, rows, scratch)
      }
    }
  }

  /// tokens = LayerNorm(upsampled x) + position, for one panel.
  private func enter(
    _ branch: Branch, _ x: Blocks, _ panel: Int, _ tokens: TokenPanels, position: TokenPanels,
    _ scratch: Scratch
  ) {
    let (output, rows) = (tokens[panel], x.panel(panel / x.panels, panel % x.panels))
    if let upsampler = branch.upsampler {
      upsampler(rows, into: output, scratch)
    } else {
      output.copy(rows, rows: tokens.channels)
    }  // [C, 48]
    LayerNorm.normalize(output, into: output, channels: tokens.channels)
    output.scale(branch.normWeight, shift: branch.normBias, adding: position[panel])
  }

  /// x += downsampled tokens, for one panel.
  private func leave(
    _ branch: Branch, _ tokens: TokenPanels, _ panel: Int, _ x: Blocks, _ scratch: Scratch
  ) {
    var (result, scratch) = (tokens[panel], scratch)
    if let downsampler = branch.downsampler {
      result = scratch.panel(downsampler.outputs)
      downsampler(tokens[panel], into: result, scratch)
    }  // [C, 48]
    x.panel(panel / x.panels, panel % x.panels).add(result, rows: x.channels)
  }
}
