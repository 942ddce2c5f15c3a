/// What follows a convolution while its tile is still in the cache.
public enum Activation: Sendable {
  case none
  case gelu
  /// Gated linear unit: the first half of the channels times the sigmoid of the second.
  case glu
}

/// A convolution over rows that lie in the cache: a matrix product for each tap, no copy of the input.
///
/// In a GLU layer each tile holds four channels and their four gates, so that the gating needs no
/// second pass.
public struct Convolution: Sendable {
  /// Channels that come in.
  public let inputs: Int
  /// Channels that leave, after a GLU.
  public let outputs: Int
  /// Kernel size, all axes.
  public let taps: Int

  private let matrix: PackedMatrix
  private let bias: FloatStorage
  private let activation: Activation

  /// Packs a checkpoint's `weight` [outputs (twice for GLU), inputs, taps…] and `bias`.
  public init(weight: [Float], bias: [Float], inputs: Int, taps: Int, activation: Activation) {
    let rows = Convolution.rowOrder(bias.count, activation)
    self.inputs = inputs
    self.taps = taps
    self.activation = activation
    outputs = activation == .glu ? bias.count / 2 : bias.count
    matrix = PackedMatrix(
      weight, rowOffsets: rows.map { row in row.map { $0 * inputs * taps } },
      columnOffsets: (0..<taps).flatMap { tap in (0..<inputs).map { $0 * taps + tap } })
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

  /// Computes 48 columns of all output channels.
  ///
  /// - Parameters:
  ///   - origin: the first tap's first input row, at the column where this tap reads.
  ///   - stride: floats from an input row to the next.
  ///   - offsets: from the first tap to each other: `taps` of them.
  ///   - used: the taps that fall inside of the input; the others count as zero.
  ///   - output: column 0 of the first output row.
  ///   - outputStride: floats from an output row to the next.
  ///   - valid: columns that exist; the others are written as zero.
  ///   - shift: a value for each output channel to add after the activation.
  ///   - tile: scratch memory for a tile.
  public func callAsFunction(
    origin: Floats, stride: Int, offsets: [Int], used: Range<Int>? = nil,
    output: MutableFloats, outputStride: Int, valid: Int, shift: Floats? = nil,
    tile: MutableFloats
  ) {
    let taps = used ?? 0..<self.taps
    offsets.withUnsafeBufferPointer { offsets in
      guard let first = offsets.baseAddress else { return }
      let rows = TileRows(
        origin: origin, stride: stride, depth: inputs, offsets: first + taps.lowerBound,
        taps: taps.count)
      for index in 0..<matrix.tiles {
        multiplyTile(
          matrix.tile(index) + taps.lowerBound &* inputs &* Tile.rows, aStride: Tile.rows, rows,
          into: tile)
        finish(index, tile, output, outputStride, valid, shift)
      }
    }
  }

  @inline(__always) private func finish(
    _ index: Int, _ tile: MutableFloats, _ output: MutableFloats, _ stride: Int, _ valid: Int,
    _ shift: Floats?
  ) {
    let bias = self.bias.base + index &* Tile.rows
    switch activation {
    case .none, .gelu:
      let first = index &* Tile.rows
      for row in 0..<min(Tile.rows, outputs &- first) {
        let source = tile + row &* Tile.columns
        let offset = Lanes(repeating: bias[row])
        let target = output + (first &+ row) &* stride
        if activation == .gelu {
          Rows.store(target, valid: valid) { VectorMath.gelu(source.lanes($0) + offset) }
        } else {
          Rows.store(target, valid: valid) { source.lanes($0) + offset }
        }
      }
    case .glu:
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
}
