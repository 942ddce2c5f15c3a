import Checkpoints
import Tensors

/// A layer of either decoder: rewrite over neighbours, GLU, DConv, transposed conv, GELU but in the last layer
/// (`HDecLayer` in hdemucs.py, without norms). The skip has been added to its input.
struct DecoderLayer {
  private let rewrite: Convolution
  private let dconv: DConv
  private let expand: TransposedConvolution
  private let inputs: Int

  /// - Parameters:
  ///   - weights: at `decoder.N` or, with `isTime`, at `tdecoder.N`.
  ///   - inputs: channels in.
  ///   - outputs: channels out.
  init(
    _ weights: Weights, config: HTDemucsConfig, inputs: Int, outputs: Int, isTime: Bool,
    isLast: Bool, numerics: Numerics
  ) throws {
    self.inputs = inputs
    rewrite = Convolution(
      weight: try weights["rewrite"].floats(
        "weight", shape: [2 * inputs, inputs, 3] + (isTime ? [] : [3])),
      bias: try weights["rewrite"].floats("bias", shape: [2 * inputs]),
      inputs: inputs, blocks: isTime ? 1 : 3, columns: [-1, 0, 1], activation: .glu,
      numerics: numerics)
    dconv = try DConv(weights["dconv"], config: config, channels: inputs, numerics: numerics)
    expand = TransposedConvolution(
      weight: try weights["conv_tr"].floats(
        "weight", shape: [inputs, outputs, HTDemucsConfig.kernelSize] + (isTime ? [] : [1])),
      bias: try weights["conv_tr"].floats("bias", shape: [outputs]),
      inputs: inputs, activation: isLast ? .none : .gelu, numerics: numerics)
  }

  /// Lengthens the frequency axis by 4.
  ///
  /// - Parameters:
  ///   - x: [F, C in, T].
  ///   - rewritten: room for what is not lengthened yet, [F, C in, T].
  ///   - output: [4·F, C out, T].
  ///   - accumulate: adds to what is in `output`: the skip of the next layer.
  func alongFrequency(
    _ x: Blocks, rewritten y: Blocks, into output: Blocks, accumulate: Bool, _ workers: Workers
  ) {
    workers.run(x.count) { frequency, scratch in
      let rows = y.rows(frequency)
      let hidden = scratch.rows(dconv.hiddenRows, columns: x.columns)
      rows.clearMargins(rows: inputs)
      let used = (frequency == 0 ? 1 : 0)..<(frequency == x.count - 1 ? 2 : 3)
      for panel in 0..<x.panels {
        rewrite(
          x.panel(frequency - 1, panel), blockStride: x.blockStride, used: used,
          into: rows.panel(panel), scratch)
      }  // [C, T]
      dconv(rows, hidden: hidden, scratch)
    }
    workers.run((x.count + 1) * x.panels) { job, scratch in
      expand.alongBlocks(
        y, group: job / x.panels, panel: job % x.panels, into: output, accumulate: accumulate,
        scratch)
    }
  }

  /// Lengthens the time axis by 4, or up to 3 less: `output` has the length of the encoder's input.
  ///
  /// - Parameters:
  ///   - x: [1, C in, T].
  ///   - rewritten: room for what is not lengthened yet, [1, C in, T].
  ///   - output: [1, C out, 4·T or a little less].
  ///   - accumulate: adds to what is in `output`: the skip of the next layer.
  func alongTime(
    _ x: Blocks, rewritten y: Blocks, into output: Blocks, accumulate: Bool, _ workers: Workers
  ) {
    let rows = y.rows(0)
    rows.clearMargins(rows: inputs)
    workers.run(x.panels) { panel, scratch in
      rewrite(x.panel(0, panel), into: rows.panel(panel), scratch)
    }  // [C, T]
    dconv(rows, workers: workers)
    workers.run(Tile.panels(x.columns + 1)) { panel, scratch in
      expand.alongColumns(
        y, position: panel * Tile.columns, into: output, accumulate: accumulate, scratch)
    }
  }
}
