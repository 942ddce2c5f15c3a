/// A transposed convolution whose kernel is twice its stride, as a plain matrix product.
///
/// Output position stride·g + r − padding gets kernel element r of input g and element r + stride of
/// input g − 1. So the product has a row for each (channel, r) and two taps, and runs over g from 0 to
/// the input's length, both included.
public struct TransposedConvolution: Sendable {
  /// Channels that leave.
  public let outputs: Int
  /// Output positions for an input position.
  public static let factor = 4
  /// Output positions cut off in front.
  public static let padding = 2

  /// The input before, in another block or in another column.
  private let blockTaps: Taps
  private let columnTaps: Taps
  private let matrix: PackedMatrix
  private let bias: [Float]
  private let activation: Activation

  /// Packs a checkpoint's `weight` [inputs, outputs, 8] and `bias` [outputs].
  ///
  /// - Parameter activation: `.gelu` or `.none`.
  public init(
    weight: [Float], bias: [Float], inputs: Int, activation: Activation, precision: Precision
  ) {
    precondition(activation != .glu, "a transposed convolution has no GLU")
    let factor = TransposedConvolution.factor
    let outputs = bias.count
    blockTaps = Taps(inputs: inputs, blocks: 2, columns: [0], precision: precision)
    columnTaps = Taps(inputs: inputs, blocks: 1, columns: [0, -1], precision: precision)
    self.outputs = outputs
    self.bias = bias
    self.activation = activation
    matrix = PackedMatrix(
      weight,
      rowOffsets: (0..<outputs).flatMap { output in
        (0..<factor).map { output * 2 * factor + $0 }
      },
      columnOffsets: blockTaps.order(channelStride: outputs * 2 * factor) { tap, _ in
        tap * factor
      }, precision: precision)
  }

  /// Floats of scratch memory that a call needs.
  public var scratch: Int { Tile.count + max(blockTaps.scratch, columnTaps.scratch) }

  /// Along the blocks: computes 48 columns of the output blocks 4·group − 2 ..< 4·group + 2.
  ///
  /// - Parameters:
  ///   - group: 0…input.count.
  ///   - accumulate: adds the result to what stands in the output.
  public func alongBlocks(
    _ input: Blocks, group: Int, panel: Int, into output: Blocks, accumulate: Bool,
    scratch: MutableFloats
  ) {
    let tile = scratch
    let used = (group == input.count ? 1 : 0)..<(group == 0 ? 1 : 2)
    let column = panel &* Tile.columns
    let valid = input.valid(panel: panel)
    products(
      blockTaps, input.block(group) + column, stride: input.stride,
      blockStep: -input.blockStride, used: used, scratch
    ) { row, phase, channel in
      let block = group &* TransposedConvolution.factor &+ phase &- TransposedConvolution.padding
      guard block >= 0, block < output.count else { return }
      let source = tile + row &* Tile.columns
      let target = output.row(block, channel) + column
      Rows.store(target, valid: valid) {
        activate(source.lanes($0), channel) + (accumulate ? target.lanes($0) : .zero)
      }
    }
  }

  /// Along the columns: computes output columns 4·column − 2 ..< 4·(column + 48) − 2 of the only block,
  /// as far as the output has them.
  ///
  /// - Parameter panel: of the input's positions 0…input.columns.
  public func alongColumns(
    _ input: Blocks, panel: Int, into output: Blocks, accumulate: Bool, scratch: MutableFloats
  ) {
    let tile = scratch
    let column = panel &* Tile.columns
    let start =
      column &* TransposedConvolution.factor &- TransposedConvolution.padding
    products(
      columnTaps, input.block(0) + column, stride: input.stride, blockStep: 0, used: 0..<1, scratch
    ) { row, phase, channel in
      let source = tile + row &* Tile.columns
      for part in stride(from: 0, to: Tile.columns, by: 16) {
        source.store(activate(source.lanes(part), channel), part)
      }
      guard phase == TransposedConvolution.factor - 1 else { return }
      interleave(
        tile + (row &- phase) &* Tile.columns, at: start, output.row(0, channel), accumulate,
        limit: output.columns)
    }
  }

  /// Calls `finish(row, phase, channel)` for each row of each tile when it stands in `scratch`.
  @inline(__always) private func products(
    _ taps: Taps, _ origin: MutableFloats, stride: Int, blockStep: Int, used: Range<Int>,
    _ scratch: MutableFloats, _ finish: (_ row: Int, _ phase: Int, _ channel: Int) -> Void
  ) {
    taps.read(
      Floats(origin), stride: stride, blockStep: blockStep, used: used,
      strip: scratch + Tile.count
    ) { rows, start in
      for index in 0..<matrix.tiles {
        multiplyTile(matrix.tile(index) + start, aStride: Tile.rows, rows, into: scratch)
        for row in 0..<Tile.rows {
          let channel = (index &* Tile.rows &+ row) / TransposedConvolution.factor
          if channel < outputs { finish(row, row % TransposedConvolution.factor, channel) }
        }
      }
    }
  }

  @inline(__always) private func activate(_ x: Lanes, _ channel: Int) -> Lanes {
    let x = x + Lanes(repeating: bias[channel])
    return activation == .gelu ? VectorMath.gelu(x) : x
  }

  /// Writes four phases of 48 positions as 192 columns, as far as the output has them.
  @inline(__always) private func interleave(
    _ phases: MutableFloats, at start: Int, _ row: MutableFloats, _ accumulate: Bool, limit: Int
  ) {
    let count = TransposedConvolution.factor &* Tile.columns
    if start >= 0, start &+ count <= limit {
      let target = row + start
      // Plain loops: the compiler makes them the shuffles that it does not make of SIMD values.
      if accumulate {
        for index in 0..<Tile.columns {
          target[4 &* index] += phases[index]
          target[4 &* index &+ 1] += phases[Tile.columns &+ index]
          target[4 &* index &+ 2] += phases[2 &* Tile.columns &+ index]
          target[4 &* index &+ 3] += phases[3 &* Tile.columns &+ index]
        }
      } else {
        for index in 0..<Tile.columns {
          target[4 &* index] = phases[index]
          target[4 &* index &+ 1] = phases[Tile.columns &+ index]
          target[4 &* index &+ 2] = phases[2 &* Tile.columns &+ index]
          target[4 &* index &+ 3] = phases[3 &* Tile.columns &+ index]
        }
      }
    } else {
      for index in 0..<count where start &+ index >= 0 && start &+ index < limit {
        let value = phases[index % 4 &* Tile.columns &+ index / 4]
        row[start &+ index] = value + (accumulate ? row[start &+ index] : 0)
      }
    }
  }
}
