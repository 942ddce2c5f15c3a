/// A convolution whose kernel is twice its stride, as one over the phases of its input.
package struct StridedConvolution: Sendable {
  /// Input columns for an output column.
  package var stride: Int { phases.count }
  /// Channels that leave.
  package var outputs: Int { conv.outputs }

  private let phases: Phases
  private let conv: Convolution
  private let inputs: Int

  /// Packs a checkpoint's `weight` [outputs, inputs, 2 · stride] and `bias` [outputs].
  package init(weight: [Float], bias: [Float], inputs: Int, stride: Int, numerics: Numerics) {
    phases = Phases(count: stride)
    self.inputs = inputs
    conv = Convolution(
      weight: phases.reorder(weight, rows: bias.count * inputs), bias: bias,
      inputs: inputs * stride, columns: [0, 1], activation: .none, numerics: numerics)
  }

  /// Computes all columns of the only block on all threads.
  ///
  /// - Parameters:
  ///   - x: rows of all input channels.
  ///   - start: the first column that the first output column's kernel reads.
  package func callAsFunction(
    _ x: Blocks, from start: Int, into output: Blocks, workers: Workers
  ) {
    let size = StridedConvolution.tilesOfJob
    let chunks = (conv.tiles + size - 1) / size
    workers.run(output.panels * chunks) { job, scratch in
      let (panel, chunk) = job.quotientAndRemainder(dividingBy: chunks)
      let split = phases.split(
        x.rows(0), channels: inputs, from: start &+ stride &* panel &* Tile.columns, &scratch)
      conv(
        split, tiles: chunk &* size..<min((chunk &+ 1) &* size, conv.tiles),
        into: output.panel(0, panel), scratch)
    }
  }

  /// Tiles of weights of a job. Each job splits its input, so that these are not few.
  private static let tilesOfJob = 32
}
