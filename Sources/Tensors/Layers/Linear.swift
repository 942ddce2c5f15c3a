/// A linear layer over panels of tokens: out = W·in + b.
///
/// What comes before and behind it in a transformer is folded into its weights when it is packed: the factors of a
/// LayerNorm before it, and a scale of each output (LayerScale, 1/√d of the queries).
package struct Linear: Sendable {
  /// Channels out.
  package var outputs: Int { matrix.rows }

  let matrix: PackedMatrix
  let bias: FloatStorage

  /// Packs `weight` [outputs, inputs] and `bias` [outputs].
  ///
  /// - Parameters:
  ///   - norm: weight and bias [inputs] of the LayerNorm whose result comes in.
  ///   - scale: a factor for each output.
  package init(
    weight: [Float], bias: [Float], norm: (weight: [Float], bias: [Float])? = nil,
    scale: [Float]? = nil, precision: Precision
  ) {
    let outputs = bias.count
    let inputs = weight.count / outputs
    matrix = PackedMatrix(
      weight, rows: outputs, columns: inputs, rowScale: scale, columnScale: norm?.weight,
      precision: precision)
    var folded = bias
    for row in 0..<outputs {
      var sum = Double(bias[row])
      if let norm {
        for k in 0..<inputs { sum += Double(weight[row * inputs + k]) * Double(norm.bias[k]) }
      }
      folded[row] = Float(sum * Double(scale?[row] ?? 1))
    }
    folded += Array(repeating: 0, count: matrix.tiles * Tile.rows - outputs)
    self.bias = FloatStorage(folded)
  }

  /// Hands each tile of 8 rows to `finish` as `[8][48]` in `tile`, without its bias.
  @inline(__always)
  func tiles(
    _ panel: Floats, _ range: Range<Int>? = nil, tile: MutableFloats,
    _ finish: (_ index: Int, _ bias: Floats) -> Void
  ) {
    for index in range ?? 0..<matrix.tiles {
      multiplyTile(
        matrix.tile(index), panel: panel, depth: matrix.depth, precision: matrix.precision,
        into: tile)
      finish(index, Floats(bias.base + index &* Tile.rows))
    }
  }

  /// `output = activation(W·panel + b)`, in the words of this layer's precision: for another product.
  @inline(__always)
  func callAsFunction(
    _ panel: Floats, into output: MutableFloats, tile: MutableFloats,
    _ activation: (Lanes) -> Lanes = { $0 }
  ) {
    @inline(__always) func value(_ bias: Floats, _ row: Int, _ column: Int) -> Lanes {
      activation(tile.lanes(row &* Tile.columns &+ column) + Lanes(repeating: bias[row]))
    }
    let isPaired = matrix.precision == .bf16
    tiles(panel, tile: tile) { index, bias in
      let target = output + index &* matrix.precision.words(Tile.rows) &* Tile.columns
      let rows = matrix.precision.words(min(Tile.rows, outputs &- index &* Tile.rows))
      for row in 0..<rows {
        for column in stride(from: 0, to: Tile.columns, by: 16) {
          target.store(
            isPaired
              ? Narrowing.pair(
                value(bias, 2 &* row, column), value(bias, 2 &* row &+ 1, column))
              : value(bias, row, column), row &* Tile.columns &+ column)
        }
      }
    }
  }

  /// `output[row] += W·panel + b`.
  @inline(__always)
  func add(_ panel: Floats, to output: MutableFloats, tile: MutableFloats) {
    tiles(panel, tile: tile) { index, bias in
      let target = output + index &* Tile.count
      for row in 0..<min(Tile.rows, outputs &- index &* Tile.rows) {
        let offset = Lanes(repeating: bias[row])
        for column in stride(from: row &* Tile.columns, to: (row &+ 1) &* Tile.columns, by: 16) {
          target.store(target.lanes(column) + (tile.lanes(column) + offset), column)
        }
      }
    }
  }
}
