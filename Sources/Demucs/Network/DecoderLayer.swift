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
    isLast: Bool
  ) throws {
    self.inputs = inputs
    rewrite = Convolution(
      weight: try weights["rewrite"].floats(
        "weight", shape: [2 * inputs, inputs, 3] + (isTime ? [] : [3])),
      bias: try weights["rewrite"].floats("bias", shape: [2 * inputs]),
      inputs: inputs, taps: isTime ? 3 : 9, activation: .glu)
    dconv = try DConv(weights["dconv"], config: config, channels: inputs)
    expand = TransposedConvolution(
      weight: try weights["conv_tr"].floats(
        "weight", shape: [inputs, outputs, config.kernelSize] + (isTime ? [] : [1])),
      bias: try weights["conv_tr"].floats("bias", shape: [outputs]),
      inputs: inputs, activation: isLast ? .none : .gelu)
  }

  /// Floats of scratch memory for a thread.
  func scratch(columns: Int) -> Int {
    Tile.count + dconv.hiddenRows * Blocks.stride(columns: columns) + 2 * Blocks.margin
  }

  /// Rows of the time branch's hidden memory.
  var hiddenRows: Int { dconv.hiddenRows }

  /// Lengthens the frequency axis by 4.
  ///
  /// - Parameters:
  ///   - x: [F, C in, T].
  ///   - output: [4·F, C out, T].
  ///   - accumulate: adds to what stands in `output`: the skip of the next layer.
  func alongFrequency(_ x: Blocks, into output: Blocks, accumulate: Bool, _ work: Workspace) {
    let y = Blocks(count: x.count, channels: inputs, columns: x.columns, in: work.frequency)
    let offsets = (0..<3).flatMap { row in (0..<3).map { row * x.blockStride + $0 - 1 } }
    work.pool.run(x.count) { frequency, worker in
      let tile = work.scratch[worker]
      let rows = y.rows(frequency)
      let hidden = BlockRows(
        base: tile + (Tile.count + Blocks.margin), stride: rows.stride, columns: rows.columns)
      rows.clearMargins(rows: inputs)
      let used = (frequency == 0 ? 3 : 0)..<(frequency == x.count - 1 ? 6 : 9)
      for panel in 0..<x.panels {
        let column = panel * Tile.columns
        rewrite(
          origin: Floats(x.block(frequency - 1) + column), stride: x.stride, offsets: offsets,
          used: used, output: rows.base + column, outputStride: rows.stride,
          valid: rows.valid(panel: panel), tile: tile)
      }  // [C, T]
      dconv(rows, hidden: hidden, tile: tile)
    }
    work.pool.run((x.count + 1) * x.panels) { job, worker in
      expand.alongBlocks(
        y, group: job / x.panels, panel: job % x.panels, into: output, accumulate: accumulate,
        tile: work.scratch[worker])
    }
  }

  /// Lengthens the time axis by 4, or up to 3 less: `output` has the length of the encoder's input.
  ///
  /// - Parameters:
  ///   - x: [1, C in, T].
  ///   - output: [1, C out, 4·T or a little less].
  ///   - accumulate: adds to what stands in `output`: the skip of the next layer.
  func alongTime(_ x: Blocks, into output: Blocks, accumulate: Bool, _ work: Workspace) {
    let y = Blocks(count: 1, channels: inputs, columns: x.columns, in: work.time)
    let rows = y.rows(0)
    let hidden = Blocks(
      count: 1, channels: dconv.hiddenRows, columns: x.columns, in: work.hidden
    ).rows(0)
    rows.clearMargins(rows: inputs)
    work.pool.run(x.panels) { panel, worker in
      let column = panel * Tile.columns
      rewrite(
        origin: Floats(x.block(0) + column), stride: x.stride, offsets: [-1, 0, 1],
        output: rows.base + column, outputStride: rows.stride, valid: rows.valid(panel: panel),
        tile: work.scratch[worker])
    }  // [C, T]
    dconv(rows, hidden: hidden, scratch: work.scratch, pool: work.pool)
    work.pool.run(Tile.panels(x.columns + 1)) { panel, worker in
      expand.alongColumns(
        y, panel: panel, into: output, accumulate: accumulate, tile: work.scratch[worker])
    }
  }
}
