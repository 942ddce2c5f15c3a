/// A convolution: a matrix product over its taps, without a copy of the input in memory.
package struct Convolution: Sendable {
  /// Channels that come in.
  package var inputs: Int { taps.inputs }
  /// Channels that leave, after a GLU.
  package let outputs: Int

  /// Channels of the bias.
  private let matrixChannels: Int
  private let taps: Taps
  private let matrix: Matrix
  private let bias: FloatStorage
  private let activation: Activation

  /// Packs a checkpoint's `weight` [outputs (twice for GLU), inputs, blocks, columns] and `bias`.
  ///
  /// - Parameters:
  ///   - blocks: the kernel's size along the blocks.
  ///   - columns: the columns that the kernel reads, relative to the one computed, within a margin.
  package init(
    weight: [Float], bias: [Float], inputs: Int, blocks: Int = 1, columns: [Int] = [0],
    activation: Activation, numerics: Numerics
  ) {
    let numerics = numerics.unscaled
    let rows = activation.rowOrder(bias.count)
    let taps = Taps(
      inputs: inputs, blocks: blocks, columns: columns, precision: numerics.multiplied)
    let kernel = blocks * columns.count
    self.taps = taps
    self.activation = activation
    precondition(
      activation != .swiGLU && activation != .geGLU, "of gates a convolution has GLU only")
    precondition(
      columns.allSatisfy { abs($0) <= Blocks.margin }, "columns must lie within a margin")
    outputs = activation == .glu ? bias.count / 2 : bias.count
    matrixChannels = bias.count
    matrix = Matrix(
      weight, rowOffsets: rows.map { row in row.map { $0 * inputs * kernel } },
      columnOffsets: taps.order(channelStride: kernel) { $0 * columns.count + $1 },
      numerics: numerics)
    let values = rows.map { row in row.map { bias[$0] } ?? 0 }
    self.bias = FloatStorage(
      values + Array(repeating: 0, count: matrix.tiles * Tile.rows - values.count))
  }

  /// Tiles of output channels.
  package var tiles: Int { matrix.tiles }

  /// Values of the bias' channels in the order of the matrix's rows, for `RowFactors`.
  package func rowOrdered(_ values: [Float]) -> [Float] {
    activation.rowOrder(matrixChannels).map { $0.map { values[$0] } ?? 0 }
  }

  /// Computes 48 columns of the output channels.
  ///
  /// - Parameters:
  ///   - x: the columns computed, in the first block that the kernel reads; what it reads beside them lies there too.
  ///   - blockStride: floats from an input block to the next.
  ///   - used: those of the kernel's blocks that exist; the others count as zeros.
  ///   - tiles: which tiles of output channels; nil is all.
  ///   - output: columns that do not exist are written as zeros.
  ///   - epilogue: what else becomes of the sums.
  package func callAsFunction(
    _ x: Panel, blockStride: Int = 0, used: Range<Int>? = nil, tiles: Range<Int>? = nil,
    into output: Panel, epilogue: Epilogue = Epilogue(), _ scratch: Scratch
  ) {
    var scratch = scratch
    let tile = scratch.take(Tile.count)
    let room = matrix.room(&scratch, words: matrix.depth)
    compute(
      x, blockStride, used, tiles ?? 0..<matrix.tiles, output, epilogue, tile, room, scratch)
  }

  /// Computes some panels of one block from another of as many columns; nil is all panels.
  package func callAsFunction(
    _ x: BlockRows, panels: Range<Int>? = nil, into output: BlockRows,
    epilogue: Epilogue = Epilogue(), _ scratch: Scratch
  ) {
    var scratch = scratch
    let tile = scratch.take(Tile.count)
    let room = matrix.room(&scratch, words: matrix.depth)
    for panel in panels ?? 0..<Tile.panels(x.columns) {
      compute(
        x.panel(panel), 0, nil, 0..<matrix.tiles, output.panel(panel), epilogue, tile, room,
        scratch)
    }
  }

  @inline(__always) private func compute(
    _ x: Panel, _ blockStride: Int, _ used: Range<Int>?, _ tiles: Range<Int>, _ target: Panel,
    _ epilogue: Epilogue, _ tile: MutableFloats, _ room: MutableFloats?, _ scratch: Scratch
  ) {
    precondition(
      !epilogue.accumulate || activation == .none || activation == .glu,
      "activations are not added up")
    let factors = activation.factors
    let (isGated, isPlain) = (activation.isGated, activation == .none)
    taps.read(
      Floats(x.base), stride: x.stride, blockStep: blockStride, used: used, scratch
    ) { rows, start in
      for index in tiles {
        multiplyTile(matrix.tile(index, room) + start, aStride: Tile.rows, rows, into: tile)
        let bias = Floats(self.bias.base + index &* Tile.rows)
        if let factors = epilogue.factors {
          gate(index, tile, factors, target)
        } else if isGated {
          gate(index, tile, bias, target, epilogue.shift)
        } else {
          finish(index, tile, bias, target, epilogue, factors, isPlain)
        }
      }
    }
  }

  @inline(__always) private func finish(
    _ index: Int, _ tile: MutableFloats, _ bias: Floats, _ output: Panel, _ epilogue: Epilogue,
    _ factors: Floats?, _ isPlain: Bool
  ) {
    let (first, valid) = (index &* Tile.rows, output.valid)
    for row in 0..<min(Tile.rows, outputs &- first) {
      let channel = first &+ row
      let source = tile + row &* Tile.columns
      let offset = Lanes(repeating: bias[row])
      let target = output.base + channel &* output.stride
      guard isPlain else {
        activation.store(target, valid: valid, channel: channel, factors: factors) {
          source.lanes($0) + offset
        }
        continue
      }
      let shifted = offset + Lanes(repeating: epilogue.shift?[channel] ?? 0)
      if epilogue.accumulate {
        Rows.store(target, valid: valid) { target.lanes($0) + (source.lanes($0) + shifted) }
      } else {
        Rows.store(target, valid: valid) { source.lanes($0) + shifted }
      }
    }
  }

  @inline(__always) private func gate(
    _ index: Int, _ tile: MutableFloats, _ bias: Floats, _ output: Panel, _ shift: Floats?
  ) {
    let first = index &* 4
    for row in 0..<min(4, outputs &- first) {
      let source = tile + row &* Tile.columns
      let gate = source + 4 &* Tile.columns
      let offset = Lanes(repeating: bias[row])
      let gateOffset = Lanes(repeating: bias[row &+ 4])
      let added = Lanes(repeating: shift?[first &+ row] ?? 0)
      Rows.store(output.base + (first &+ row) &* output.stride, valid: output.valid) {
        let sigmoid = VectorMath.sigmoid(gate.lanes($0) + gateOffset)
        return added.adding(source.lanes($0) + offset, times: sigmoid)
      }
    }
  }

  /// Adds a tile of four channels and their gates, each row with its factors.
  @inline(__always) private func gate(
    _ index: Int, _ tile: MutableFloats, _ factors: RowFactors, _ output: Panel
  ) {
    for row in 0..<min(4, outputs &- index &* 4) {
      let value = index &* Tile.rows &+ row
      let gate = value &+ 4
      let target = output.base + (index &* 4 &+ row) &* output.stride
      let source = tile + row &* Tile.columns
      Rows.store(target, valid: output.valid) {
        let v = Lanes(repeating: factors.shifts[value])
          .adding(source.lanes($0), times: Lanes(repeating: factors.scales[value]))
        let g = Lanes(repeating: factors.shifts[gate])
          .adding(
            source.lanes($0 &+ 4 &* Tile.columns), times: Lanes(repeating: factors.scales[gate]))
        return target.lanes($0).adding(v, times: VectorMath.sigmoid(g))
      }
    }
  }
}

extension Convolution {
  /// What becomes of the sums beside the bias and the activation.
  package struct Epilogue {
    /// A value for each output channel to add to what a GLU gives, or to the sums themselves.
    package var shift: Floats?
    /// Adds to what stands in the output; for a layer without an activation, or with factors.
    package var accumulate: Bool
    /// In place of the bias of a GLU whose result is added to the output.
    package var factors: RowFactors?

    /// Nothing, unless it is named.
    package init(shift: Floats? = nil, accumulate: Bool = false, factors: RowFactors? = nil) {
      self.shift = shift
      self.accumulate = accumulate || factors != nil
      self.factors = factors
    }
  }

  /// What each row of the matrix is multiplied by, and what is added to it then: a norm's results.
  package struct RowFactors {
    let scales: Floats
    let shifts: Floats

    /// Calls `body` with factors in the order of `rowOrdered`.
    package static func with(
      scales: [Float], shifts: [Float], _ body: (RowFactors) -> Void
    ) {
      scales.withUnsafeBufferPointer { scales in
        shifts.withUnsafeBufferPointer { shifts in
          guard let scales = scales.baseAddress, let shifts = shifts.baseAddress else { return }
          body(RowFactors(scales: scales, shifts: shifts))
        }
      }
    }
  }

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
        Panel(x.block(0) + (column &+ panel &* Tile.columns), stride: x.stride),
        tiles: first..<min(first &+ Convolution.tilesOfJob, tiles), into: output.panel(0, panel),
        epilogue: Epilogue(shift: shift), scratch)
    }
  }
}
