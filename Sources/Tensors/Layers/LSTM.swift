/// One layer of long short-term memory along the columns, from a state of zeros.
///
/// Source: Hochreiter and Schmidhuber, Long Short-Term Memory (1997), as `torch.nn.LSTM` has it: the gates i, f, g, o
/// of W·x + V·h + b give c = σ(f)·c + σ(i)·tanh(g) and h = σ(o)·tanh(c).
///
/// W·x is a product over 48 columns at once. A job of a step is 16 units with all their gates, which lie together
/// in the order in which they are read.
package struct LSTM: Sendable {
  /// Channels that leave: units.
  package let outputs: Int

  private let groups: Int
  /// Rows in the order `[unit / 16][gate][16]`.
  private let input: Matrix
  private let bias: FloatStorage
  /// `[unit / 16][term][gate][16]`.
  private let recurrent: FloatStorage

  private static let gates = 4
  private static let lanes = 16
  /// Floats of a group's gates.
  private static let rows = gates * lanes

  /// Packs a checkpoint's weights; the gates' rows stand one below the other in the order i, f, g, o.
  ///
  /// - Parameters:
  ///   - input: `weight_ih` [4 · outputs, inputs].
  ///   - recurrent: `weight_hh` [4 · outputs, outputs].
  ///   - bias: the sum of both biases [4 · outputs].
  package init(input: [Float], recurrent: [Float], bias: [Float]) {
    let outputs = bias.count / LSTM.gates
    let inputs = input.count / bias.count
    let groups = (outputs + LSTM.lanes - 1) / LSTM.lanes
    self.outputs = outputs
    self.groups = groups
    let order: [Int?] = (0..<groups * LSTM.rows).map { row in
      let unit = row / LSTM.rows * LSTM.lanes + row % LSTM.lanes
      return unit < outputs ? row % LSTM.rows / LSTM.lanes * outputs + unit : nil
    }
    self.input = Matrix(
      input, rowOffsets: order.map { row in row.map { $0 * inputs } },
      columnOffsets: Array(0..<inputs), numerics: .float32)
    self.bias = FloatStorage(order.map { row in row.map { bias[$0] } ?? 0 })
    let packed = FloatStorage(count: groups * LSTM.rows * outputs)
    for (row, source) in order.enumerated() {
      guard let source else { continue }
      let target = packed.base + (row / LSTM.rows * LSTM.rows * outputs + row % LSTM.rows)
      for term in 0..<outputs { target[term * LSTM.rows] = recurrent[source * outputs + term] }
    }
    self.recurrent = packed
  }

  /// Runs along all columns of the only block.
  ///
  /// - Parameters:
  ///   - x: [inputs, T].
  ///   - output: [outputs, T]; not `x`.
  ///   - accumulate: adds the result to what stands in the output.
  package func callAsFunction(
    _ x: Blocks, into output: Blocks, accumulate: Bool = false, workers: Workers
  ) {
    precondition(
      x.channels == input.terms && output.channels == outputs && x.columns == output.columns,
      "x and output must have the layer's channels and the same columns")
    let width = groups * LSTM.lanes
    let gates = FloatStorage(count: groups * LSTM.rows * Tile.columns)
    let cells = FloatStorage(count: width)
    var (before, after) = (FloatStorage(count: width), FloatStorage(count: width))
    for panel in 0..<x.panels {
      let column = panel * Tile.columns
      let rows = TileRows(
        origin: Floats(x.block(0) + column), stride: x.stride, depth: x.channels, offsets: nil,
        taps: 1, precision: .f32)
      workers.run(input.tiles) { tile in
        multiplyTile(
          input.tile(tile), aStride: Tile.rows, rows, into: gates.base + tile &* Tile.count)
      }
      for step in 0..<x.valid(panel: panel) {
        let (old, new) = (Floats(before.base), after.base)
        workers.run(groups) { group in
          let first = group &* LSTM.lanes
          let h = self.step(
            group, gates: gates.base + (group &* LSTM.rows &* Tile.columns &+ step), old,
            cells.base + first)
          new.store(h, first)
          for unit in first..<min(first &+ LSTM.lanes, outputs) {
            let target = output.row(0, unit) + (column &+ step)
            target.pointee = h[unit &- first] + (accumulate ? target.pointee : 0)
          }
        }
        swap(&before, &after)
      }
    }
  }

  /// The new state of 16 units.
  ///
  /// - Parameter gates: W·x of the first unit's first gate at this column, 48 floats from a row to the next.
  @inline(__always)
  private func step(
    _ group: Int, gates: MutableFloats, _ h: Floats, _ cells: MutableFloats
  ) -> Lanes {
    let bias = Floats(self.bias.base + group &* LSTM.rows)
    func start(_ gate: Int) -> Lanes {
      var lanes = bias.lanes(gate &* LSTM.lanes)
      for lane in 0..<LSTM.lanes {
        lanes[lane] += gates[(gate &* LSTM.lanes &+ lane) &* Tile.columns]
      }
      return lanes
    }
    var (i, f, g, o) = (start(0), start(1), start(2), start(3))
    var weights = Floats(recurrent.base + group &* LSTM.rows &* outputs)
    for term in 0..<outputs {
      let value = Lanes(repeating: h[term])
      i = i.adding(value, times: weights.lanes(0))
      f = f.adding(value, times: weights.lanes(16))
      g = g.adding(value, times: weights.lanes(32))
      o = o.adding(value, times: weights.lanes(48))
      weights += LSTM.rows
    }
    let kept = VectorMath.sigmoid(f) * cells.lanes(0)
    let cell = kept.adding(VectorMath.sigmoid(i), times: VectorMath.tanh(g))
    cells.store(cell, 0)
    return VectorMath.sigmoid(o) * VectorMath.tanh(cell)
  }
}
