import Checkpoints
import Tensors

/// A layer of either encoder: conv, GELU, DConv, 1×1 rewrite, GLU (`HEncLayer` in hdemucs.py, without norms).
struct EncoderLayer {
  private let conv: Convolution
  private let dconv: DConv
  private let rewrite: Convolution
  private let inputs: Int
  private let outputs: Int
  /// Of the time branch: the kernel is twice as long.
  private let phases = Phases(count: 4)

  /// - Parameters:
  ///   - weights: at `encoder.N` or, with `isTime`, at `tencoder.N`.
  ///   - inputs: channels in.
  ///   - outputs: channels out.
  init(
    _ weights: Weights, config: HTDemucsConfig, inputs: Int, outputs: Int, isTime: Bool,
    numerics: Numerics
  ) throws {
    self.inputs = inputs
    self.outputs = outputs
    let kernel = HTDemucsConfig.kernelSize
    let along = isTime ? [] : [1]
    let weight = try weights["conv"].floats("weight", shape: [outputs, inputs, kernel] + along)
    conv = Convolution(
      weight: isTime ? phases.reorder(weight, rows: outputs * inputs) : weight,
      bias: try weights["conv"].floats("bias", shape: [outputs]),
      inputs: isTime ? inputs * phases.count : inputs, blocks: isTime ? 1 : kernel,
      columns: isTime ? [0, 1] : [0], activation: .gelu, numerics: numerics)
    dconv = try DConv(
      weights["dconv"], config: config, channels: outputs, numerics: numerics)
    rewrite = Convolution(
      weight: try weights["rewrite"].floats("weight", shape: [2 * outputs, outputs, 1] + along),
      bias: try weights["rewrite"].floats("bias", shape: [2 * outputs]),
      inputs: outputs, activation: .glu, numerics: numerics)
  }

  /// Shortens the frequency axis by 4.
  ///
  /// - Parameters:
  ///   - x: [F, C in, T].
  ///   - output: [F / 4, C out, T].
  ///   - embedding: added to the result, [F / 4][C out].
  func alongFrequency(
    _ x: Blocks, into output: Blocks, embedding: FloatStorage?, _ workers: Workers
  ) {
    workers.run(output.count) { frequency, scratch in
      let y = scratch.rows(outputs, columns: output.columns)
      let hidden = scratch.rows(dconv.hiddenRows, columns: output.columns)
      y.clearMargins(rows: outputs)
      let first = 4 * frequency - 2
      let used = max(0, -first)..<min(8, x.count - first)
      for panel in 0..<output.panels {
        conv(
          x.panel(first, panel), blockStride: x.blockStride, used: used, into: y.panel(panel),
          scratch)
      }  // [C, T]
      dconv(y, hidden: hidden, scratch)
      let shift = embedding.map { Floats($0.base + frequency * outputs) }
      rewrite(
        y, into: output.rows(frequency), epilogue: Convolution.Epilogue(shift: shift), scratch)
      // [C, T]
    }
  }

  /// Shortens the time axis by 4.
  ///
  /// - Parameters:
  ///   - x: [1, C in, T].
  ///   - shortened: room for what is shortened but not rewritten, [1, C out, T / 4].
  ///   - output: [1, C out, T / 4].
  func alongTime(
    _ x: Blocks, shortened: Blocks, into output: Blocks, _ workers: Workers
  ) {
    let y = shortened.rows(0)
    y.clearMargins(rows: outputs)
    workers.run(output.panels) { panel, scratch in
      let split = phases.split(
        x.rows(0), channels: inputs, from: 4 * panel * Tile.columns - 2, &scratch)  // [4·C, 64]
      conv(split, into: y.panel(panel), scratch)
    }  // [C, T / 4]
    dconv(y, workers: workers)
    workers.run(output.panels) { panel, scratch in
      rewrite(y, panels: panel..<panel + 1, into: output.rows(0), scratch)
    }
  }
}
