/// A transposed convolution whose kernel is twice its stride, as a plain matrix product.
///
/// Output position factor·g + r − padding gets kernel element r of input g and element r + factor of
/// input g − 1. So the product has a row for each (channel, r) and two taps, and runs over g from 0 to
/// the input's length, both included.
package struct TransposedConvolution: Sendable {
  /// Channels that leave.
  package let outputs: Int
  /// Output positions for an input position.
  package let factor: Int
  /// Output positions cut off in front.
  package let padding: Int

  /// The input before, in another block or in another column.
  private let blockTaps: Taps
  private let columnTaps: Taps
  private let matrix: Matrix
  private let bias: [Float]
  private let activation: Activation
  /// Tiles that hold all phases of each of their channels.
  private let tilesOfGroup: Int

  /// Groups of tiles.
  private var groups: Int { (matrix.tiles + tilesOfGroup - 1) / tilesOfGroup }

  /// Packs a checkpoint's `weight` [inputs, outputs, 2 · factor] and `bias` [outputs].
  ///
  /// - Parameter activation: `.gelu` or `.none`.
  package init(
    weight: [Float], bias: [Float], inputs: Int, factor: Int = 4, padding: Int = 2,
    activation: Activation, numerics: Numerics
  ) {
    precondition(
      activation == .gelu || activation == .none, "a transposed convolution has GELU or nothing")
    let (outputs, numerics) = (bias.count, numerics.unscaled)
    self.factor = factor
    self.padding = padding
    tilesOfGroup = (1...factor).first { $0 * Tile.rows % factor == 0 } ?? factor
    let precision = numerics.multiplied
    blockTaps = Taps(inputs: inputs, blocks: 2, columns: [0], precision: precision)
    columnTaps = Taps(inputs: inputs, blocks: 1, columns: [0, -1], precision: precision)
    self.outputs = outputs
    self.bias = bias
    self.activation = activation
    matrix = Matrix(
      weight,
      rowOffsets: (0..<outputs).flatMap { output in
        (0..<factor).map { output * 2 * factor + $0 }
      },
      columnOffsets: blockTaps.order(channelStride: outputs * 2 * factor) { tap, _ in
        tap * factor
      }, numerics: numerics)
  }

  /// Along the blocks: computes 48 columns of the `factor` output blocks from factor·group − padding on.
  ///
  /// - Parameters:
  ///   - group: 0…input.count.
  ///   - accumulate: adds the result to what stands in the output.
  package func alongBlocks(
    _ input: Blocks, group: Int, panel: Int, into output: Blocks, accumulate: Bool,
    _ scratch: Scratch
  ) {
    let used = (group == input.count ? 1 : 0)..<(group == 0 ? 1 : 2)
    let column = panel &* Tile.columns
    let valid = input.valid(panel: panel)
    products(
      blockTaps, input.block(group) + column, stride: input.stride,
      blockStep: -input.blockStride, used: used, scratch
    ) { tile, row, phase, channel in
      let block = group &* factor &+ phase &- padding
      guard block >= 0, block < output.count else { return }
      let source = tile + row &* Tile.columns
      let target = output.row(block, channel) + column
      Rows.store(target, valid: valid) {
        activate(source.lanes($0), channel) + (accumulate ? target.lanes($0) : .zero)
      }
    }
  }

  /// Along the columns: computes the 48 · factor output columns from factor·position − padding on of the only
  /// block, as far as the output has them.
  ///
  /// - Parameters:
  ///   - position: of the input's positions 0…input.columns, the first of 48.
  ///   - shift: by how many columns more the output begins earlier than the input does.
  ///   - groups: which groups of tiles; nil is all.
  package func alongColumns(
    _ input: Blocks, position: Int, into output: Blocks, shift: Int = 0,
    groups: Range<Int>? = nil, accumulate: Bool, _ scratch: Scratch
  ) {
    let start = position &* factor &- padding &+ shift
    products(
      columnTaps, input.block(0) + position, stride: input.stride, blockStep: 0, used: 0..<1,
      groups: groups, scratch
    ) { tile, row, phase, channel in
      let source = tile + row &* Tile.columns
      for part in stride(from: 0, to: Tile.columns, by: 16) {
        source.store(activate(source.lanes(part), channel), part)
      }
      guard phase == factor - 1 else { return }
      interleave(
        tile + (row &- phase) &* Tile.columns, at: start, output.row(0, channel), accumulate,
        limit: output.columns)
    }
  }

  /// Calls `finish` for each row of each group of tiles, with the group's first.
  @inline(__always) private func products(
    _ taps: Taps, _ origin: MutableFloats, stride: Int, blockStep: Int, used: Range<Int>,
    groups: Range<Int>? = nil, _ scratch: Scratch,
    _ finish: (_ tile: MutableFloats, _ row: Int, _ phase: Int, _ channel: Int) -> Void
  ) {
    var scratch = scratch
    let tile = scratch.take(tilesOfGroup &* Tile.count)
    let room = matrix.room(&scratch, words: matrix.depth)
    taps.read(
      Floats(origin), stride: stride, blockStep: blockStep, used: used, scratch
    ) { rows, start in
      for group in groups ?? 0..<self.groups {
        let first = group &* tilesOfGroup
        for index in first..<min(first &+ tilesOfGroup, matrix.tiles) {
          multiplyTile(
            matrix.tile(index, room) + start, aStride: Tile.rows, rows,
            into: tile + (index &- first) &* Tile.count)
        }
        for row in 0..<tilesOfGroup &* Tile.rows {
          let (channel, phase) = (first &* Tile.rows &+ row).quotientAndRemainder(
            dividingBy: factor)
          if channel < outputs { finish(tile, row, phase, channel) }
        }
      }
    }
  }

  @inline(__always) private func activate(_ x: Lanes, _ channel: Int) -> Lanes {
    let x = x + Lanes(repeating: bias[channel])
    return activation == .gelu ? VectorMath.gelu(x) : x
  }

  /// Writes the phases of 48 positions in turns, as far as the output has the columns.
  @inline(__always) private func interleave(
    _ phases: MutableFloats, at start: Int, _ row: MutableFloats, _ accumulate: Bool, limit: Int
  ) {
    let count = factor &* Tile.columns
    if start >= 0, start &+ count <= limit {
      // With a constant stride the compiler makes it shuffles, which it does not make of SIMD values.
      if factor == 4 {
        weave(phases, 4, into: row + start, accumulate)
      } else {
        weave(phases, factor, into: row + start, accumulate)
      }
    } else {
      for index in 0..<count where start &+ index >= 0 && start &+ index < limit {
        let value = phases[index % factor &* Tile.columns &+ index / factor]
        row[start &+ index] = value + (accumulate ? row[start &+ index] : 0)
      }
    }
  }

  @inline(__always) private func weave(
    _ phases: MutableFloats, _ factor: Int, into target: MutableFloats, _ accumulate: Bool
  ) {
    for index in 0..<Tile.columns {
      for phase in 0..<factor {
        let value = phases[phase &* Tile.columns &+ index]
        if accumulate {
          target[factor &* index &+ phase] += value
        } else {
          target[factor &* index &+ phase] = value
        }
      }
    }
  }
}

extension TransposedConvolution {
  /// Groups of tiles of a job.
  private static let groupsOfJob = 8

  /// Along the columns: computes the whole output on all threads.
  ///
  /// - Parameter shift: by how many columns more the output begins earlier than the input does.
  package func alongColumns(
    _ input: Blocks, into output: Blocks, shift: Int, workers: Workers
  ) {
    let size = TransposedConvolution.groupsOfJob
    let chunks = (groups + size - 1) / size
    workers.run(Tile.panels(input.columns + 1) * chunks) { job, scratch in
      let (panel, chunk) = job.quotientAndRemainder(dividingBy: chunks)
      alongColumns(
        input, position: panel &* Tile.columns, into: output, shift: shift,
        groups: chunk &* size..<min((chunk &+ 1) &* size, groups), accumulate: false,
        scratch)
    }
  }
}
