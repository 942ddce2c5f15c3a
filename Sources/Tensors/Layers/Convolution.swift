/// A convolution: a matrix product over its taps, without a copy of the input in memory.
///
/// In a GLU layer each tile holds four channels and their four gates, so that the gating needs no
/// second pass.
package struct Convolution: Sendable {
  /// Channels that come in.
  package var inputs: Int { taps.inputs }
  /// Channels that leave, after a GLU.
  package let outputs: Int

  private let taps: Taps
  private let matrix: PackedMatrix
  private let bias: FloatStorage
  private let activation: Activation

  /// Packs a checkpoint's `weight` [outputs (twice for GLU), inputs, blocks, columns] and `bias`.
  ///
  /// - Parameters:
  ///   - blocks: the kernel's size along the blocks.
  ///   - columns: the columns that the kernel reads, relative to the one computed, within a margin.
  package init(
    weight: [Float], bias: [Float], inputs: Int, blocks: Int = 1, columns: [Int] = [0],
    activation: Activation, precision: Precision
  ) {
    let rows = Convolution.rowOrder(bias.count, activation)
    let taps = Taps(inputs: inputs, blocks: blocks, columns: columns, precision: precision)
    let kernel = blocks * columns.count
    self.taps = taps
    self.activation = activation
    outputs = activation == .glu ? bias.count / 2 : bias.count
    matrix = PackedMatrix(
      weight, rowOffsets: rows.map { row in row.map { $0 * inputs * kernel } },
      columnOffsets: taps.order(channelStride: kernel) { $0 * columns.count + $1 },
      precision: precision)
    self.bias = FloatStorage(rows.map { row in row.map { bias[$0] } ?? 0 })
  }

  /// Which channel each row of the packed matrix is; nil is filling.
  static func rowOrder(_ channels: Int, _ activation: Activation) -> [Int?] {
    guard activation == .glu else {
      return (0..<Tile.tiles(channels) * Tile.rows).map { $0 < channels ? $0 : nil }
    }
    let half = channels / 2
    return (0..<(half + 3) / 4).flatMap { tile in
      (0..<8).map { row in
        let channel = tile * 4 + row % 4
        return channel < half ? channel + row / 4 * half : nil
      }
    }
  }

  /// Tiles of output channels.
  package var tiles: Int { matrix.tiles }

  /// Computes 48 columns of the output channels.
  ///
  /// - Parameters:
  ///   - origin: row 0 of the first block that the kernel reads, at the first column computed.
  ///   - stride: floats from an input row to the next.
  ///   - blockStride: floats from an input block to the next.
  ///   - used: those of the kernel's blocks that exist; the others count as zeros.
  ///   - tiles: which tiles of output channels; nil is all.
  ///   - output: column 0 of the first output row.
  ///   - outputStride: floats from an output row to the next.
  ///   - valid: columns that exist; the others are written as zeros.
  ///   - shift: a value for each output channel to add to what a GLU gives, or the sums themselves.
  ///   - accumulate: adds the sums to what stands in the output; for a layer without an activation.
  package func callAsFunction(
    origin: Floats, stride: Int, blockStride: Int = 0, used: Range<Int>? = nil,
    tiles: Range<Int>? = nil, output: MutableFloats, outputStride: Int, valid: Int,
    shift: Floats? = nil, accumulate: Bool = false, _ scratch: Scratch
  ) {
    var scratch = scratch
    let tile = scratch.take(Tile.count)
    let factors = activation.factors
    precondition(!accumulate || activation == .none, "activations are not added up")
    let isGated = activation == .glu
    taps.read(origin, stride: stride, blockStep: blockStride, used: used, scratch) { rows, start in
      for index in tiles ?? 0..<matrix.tiles {
        multiplyTile(matrix.tile(index) + start, aStride: Tile.rows, rows, into: tile)
        let bias = Floats(self.bias.base + index &* Tile.rows)
        if isGated {
          gate(index, tile, bias, output, outputStride, valid, shift)
        } else {
          finish(index, tile, bias, output, outputStride, valid, shift, factors, accumulate)
        }
      }
    }
  }

  @inline(__always) private func finish(
    _ index: Int, _ tile: MutableFloats, _ bias: Floats, _ output: MutableFloats, _ stride: Int,
    _ valid: Int, _ shift: Floats?, _ factors: Floats?, _ accumulate: Bool
  ) {
    let first = index &* Tile.rows
    for row in 0..<min(Tile.rows, outputs &- first) {
      let channel = first &+ row
      let source = tile + row &* Tile.columns
      let offset = Lanes(repeating: bias[row])
      let target = output + channel &* stride
      switch activation {
      case .gelu:
        Rows.store(target, valid: valid) { VectorMath.gelu(source.lanes($0) + offset) }
      case .elu: Rows.store(target, valid: valid) { VectorMath.elu(source.lanes($0) + offset) }
      case .snake:
        Rows.store(target, valid: valid) {
          Snake.apply(source.lanes($0) + offset, factors, channel)
        }
      case .none, .glu:
        let offset = offset + Lanes(repeating: shift?[channel] ?? 0)
        if accumulate {
          Rows.store(target, valid: valid) { target.lanes($0) + (source.lanes($0) + offset) }
        } else {
          Rows.store(target, valid: valid) { source.lanes($0) + offset }
        }
      }
    }
  }

  @inline(__always) private func gate(
    _ index: Int, _ tile: MutableFloats, _ bias: Floats, _ output: MutableFloats, _ stride: Int,
    _ valid: Int, _ shift: Floats?
  ) {
    let first = index &* 4
    for row in 0..<min(4, outputs &- first) {
      let source = tile + row &* Tile.columns
      let gate = source + 4 &* Tile.columns
      let offset = Lanes(repeating: bias[row])
      let gateOffset = Lanes(repeating: bias[row &+ 4])
      let added = Lanes(repeating: shift?[first &+ row] ?? 0)
      Rows.store(output + (first &+ row) &* stride, valid: valid) {
        let sigmoid = VectorMath.sigmoid(gate.lanes($0) + gateOffset)
        return added.adding(source.lanes($0) + offset, times: sigmoid)
      }
    }
  }
}

extension Convolution {
  /// Tiles of weights of a job.
  private static let tilesOfJob = 16

  /// Computes all columns of the only block on all threads, for an input of one block.
  ///
  /// - Parameters:
  ///   - column: the input's column at which the output's first one stands.
  ///   - shift: a value for each output channel to add.
  package func callAsFunction(
    _ x: Blocks, at column: Int, into output: Blocks, shift: Floats? = nil, workers: Workers
  ) {
    let chunks = (tiles + Convolution.tilesOfJob - 1) / Convolution.tilesOfJob
    workers.run(output.panels * chunks) { job, scratch in
      let (panel, chunk) = job.quotientAndRemainder(dividingBy: chunks)
      let first = chunk &* Convolution.tilesOfJob
      self(
        origin: Floats(x.block(0) + (column &+ panel &* Tile.columns)), stride: x.stride,
        tiles: first..<min(first &+ Convolution.tilesOfJob, tiles),
        output: output.block(0) + panel &* Tile.columns, outputStride: output.stride,
        valid: output.valid(panel: panel), shift: shift, scratch)
    }
  }
}
