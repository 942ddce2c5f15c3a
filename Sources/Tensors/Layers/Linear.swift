package import Checkpoints

/// A linear layer over tokens: out = W·in + b, and what follows it.
///
/// What comes before and after it in a transformer can be folded into its weights when it is packed: the factors of
/// a LayerNorm before it, and a scale of each output (LayerScale, 1/√d of the queries).
package struct Linear: Sendable {
  /// Channels in.
  package var inputs: Int { matrix.terms }
  /// Channels out, after a gate.
  package let outputs: Int

  let matrix: Matrix
  let activation: Activation
  private let bias: FloatStorage?

  /// - Parameters:
  ///   - matrix: with a gate, of rows in the order of `Activation.rowOrder`.
  ///   - bias: a value for each row; nil is none.
  ///   - outputs: channels out, where a gate leaves fewer than half the rows; nil is as many as there are.
  package init(
    _ matrix: Matrix, bias: [Float]? = nil, outputs: Int? = nil, activation: Activation = .none
  ) {
    precondition(
      bias.map { $0.count == matrix.rows } ?? true, "bias must have a value for each row")
    self.matrix = matrix
    self.activation = activation
    self.outputs = outputs ?? (activation.isGated ? matrix.rows / 2 : matrix.rows)
    self.bias = bias.map {
      FloatStorage($0 + Array(repeating: 0, count: matrix.tiles * Tile.rows - $0.count))
    }
  }

  /// Packs `weight` [outputs, inputs] and `bias` [outputs].
  ///
  /// - Parameters:
  ///   - norm: weight and bias [inputs] of the LayerNorm whose result comes in.
  ///   - scale: a factor for each output.
  ///   - rows: which output each row is; nil is a row of zeros. Nil for all is the same.
  ///   - columns: likewise for the inputs.
  package init(
    weight: [Float], bias: [Float], norm: (weight: [Float], bias: [Float])? = nil,
    scale: [Float]? = nil, rows: [Int?]? = nil, columns: [Int?]? = nil,
    activation: Activation = .none, numerics: Numerics
  ) {
    let inputs = weight.count / bias.count
    let rows = rows ?? Array(0..<bias.count)
    let columns = columns ?? Array(0..<inputs)
    let matrix = Matrix(
      weight, rowOffsets: rows.map { $0.map { $0 * inputs } }, columnOffsets: columns,
      rowScale: scale.map { scale in rows.map { $0.map { scale[$0] } ?? 0 } },
      columnScale: norm.map { norm in columns.map { $0.map { norm.weight[$0] } ?? 0 } },
      numerics: numerics)
    let folded = rows.map { row -> Float in
      guard let row else { return 0 }
      var sum = Double(bias[row])
      if let norm {
        for k in 0..<inputs { sum += Double(weight[row * inputs + k]) * Double(norm.bias[k]) }
      }
      return Float(sum * Double(scale?[row] ?? 1))
    }
    self.init(matrix, bias: folded, activation: activation)
  }

  /// Packs a stored matrix [outputs, inputs], of a gate [2 · outputs, inputs], and its bias.
  ///
  /// - Parameter columns: as for the other initializer.
  package init(
    _ weight: StoredRows, bias: [Float]? = nil, columns: [Int?]? = nil,
    activation: Activation = .none, numerics: Numerics, workers: Workers
  ) {
    let rows = activation.rowOrder(weight.count)
    self.init(
      Matrix([weight], rows: rows, columns: columns, numerics: numerics, workers: workers),
      bias: bias.map { bias in rows.map { row in row.map { bias[$0] } ?? 0 } },
      outputs: activation.isGated ? weight.count / 2 : weight.count, activation: activation)
  }

  // MARK: One panel, on the calling thread

  /// `output = activation(W·panel + b)` for one panel.
  ///
  /// - Parameters:
  ///   - panel: in the words of this layer's products.
  ///   - output: with room for all channels that leave, and for their words (`Scratch.panel`).
  ///   - format: of the words that leave, for another product.
  package func callAsFunction(
    _ panel: Panel, into output: Panel, words format: NumberFormat = .f32,
    _ scratch: Scratch
  ) {
    let output = output.dense
    tiles(panel, scratch) { tile, index in
      guard format.valuesOfWord == 2 else { return store(tile, index, into: output) }
      activate(tile, index, into: tile)
      // The rows of a pair that does not exist are zeros of the matrix, and so is what is made of them.
      Narrowing.rows(
        Floats(tile), stride: Tile.columns, channels: min(channels, outputs &- index &* channels),
        columns: Tile.columns, into: output + index &* format.words(channels) &* Tile.columns,
        targetStride: Tile.columns, as: format)
    }
    // A token's scale follows from all of its channels.
    if format == .int8 { format.panel(Panel(output), channels: outputs, into: Panel(output)) }
  }

  /// `output += W·panel + b` for one panel.
  package func add(_ panel: Panel, to output: Panel, _ scratch: Scratch) {
    precondition(activation == .none, "activations are not added up")
    let output = output.dense
    tiles(panel, scratch) { tile, index in add(tile, index, to: output, gate: nil) }
  }

  /// Hands each tile `[8][48]` of the sums to `finish`, with its bias.
  @inline(__always) func tiles(
    _ panel: Panel, _ scratch: Scratch, _ finish: (_ tile: MutableFloats, _ index: Int) -> Void
  ) {
    var scratch = scratch
    let tile = scratch.take(Tile.count)
    let room = matrix.room(&scratch, words: matrix.depth)
    let words = panel.dense
    for index in 0..<matrix.tiles {
      multiplyTile(
        matrix.tile(index, room), panel: words, depth: matrix.depth,
        precision: matrix.multiplied, into: tile)
      complete(tile, index, words: words)
      finish(tile, index)
    }
  }

  // MARK: What is done to a tile

  /// Makes sums of a tile's products: of int8, they are still to be scaled. Adds the bias.
  ///
  /// - Parameter words: of the panel.
  @inline(__always) func complete(_ tile: MutableFloats, _ index: Int, words: MutableFloats) {
    matrix.scale(tile, index, tokens: Floats(words + matrix.depth &* Tile.columns))
    guard let bias else { return }
    for row in 0..<Tile.rows {
      let offset = Lanes(repeating: bias.base[index &* Tile.rows &+ row])
      for column in stride(from: row &* Tile.columns, to: (row &+ 1) &* Tile.columns, by: 16) {
        tile.store(tile.lanes(column) + offset, column)
      }
    }
  }

  /// Channels that a tile gives.
  private var channels: Int { activation.isGated ? Tile.rows / 2 : Tile.rows }

  /// Writes what the activation makes of a tile to its place in a panel.
  @inline(__always) func store(_ tile: MutableFloats, _ index: Int, into panel: MutableFloats) {
    activate(tile, index, into: panel + index &* channels &* Tile.columns)
  }

  /// Writes what the activation makes of a tile, which may be in place.
  @inline(__always) private func activate(
    _ tile: MutableFloats, _ index: Int, into target: MutableFloats
  ) {
    guard !activation.isGated else { return gate(tile, index, into: target) }
    let factors = activation.factors
    for row in 0..<min(Tile.rows, outputs &- index &* Tile.rows) {
      let source = tile + row &* Tile.columns
      activation.store(
        target + row &* Tile.columns, channel: index &* Tile.rows &+ row, factors: factors
      ) { source.lanes($0) }
    }
  }

  @inline(__always) private func gate(
    _ tile: MutableFloats, _ index: Int, into target: MutableFloats
  ) {
    let half = Tile.count / 2
    let end = min(channels, outputs &- index &* channels) &* Tile.columns
    let (isGLU, isGELU) = (activation == .glu, activation == .geGLU)
    for position in stride(from: 0, to: end, by: 16) {
      let (first, second) = (tile.lanes(position), tile.lanes(position &+ half))
      let gated =
        isGLU
        ? first * VectorMath.sigmoid(second)
        : (isGELU ? VectorMath.gelu(first) : VectorMath.silu(first)) * second
      target.store(gated, position)
    }
  }

  /// Adds a tile to its place in a panel.
  ///
  /// - Parameter gate: a factor for each output; nil is 1.
  @inline(__always)
  func add(_ tile: MutableFloats, _ index: Int, to panel: MutableFloats, gate: Floats?) {
    let target = panel + index &* Tile.count
    let rows = min(Tile.rows, outputs &- index &* Tile.rows)
    for position in stride(from: 0, to: rows &* Tile.columns, by: 16) {
      let old = target.lanes(position)
      guard let gate else {
        target.store(old + tile.lanes(position), position)
        continue
      }
      let factor = Lanes(repeating: gate[index &* Tile.rows &+ position / Tile.columns])
      target.store(old.adding(tile.lanes(position), times: factor), position)
    }
  }
}
