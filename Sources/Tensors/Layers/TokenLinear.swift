/// A linear layer over all tokens of a sequence, for weights far larger than a cache: out = W·in + b.
///
/// A job is some tiles of weights by some panels of tokens, so that a weight comes from memory once for those
/// panels and from the cache for each but the first. Long sums are cut: then the cut panel stays in the
/// second-level cache together with the weights. Neither changes a result: a sum's terms are added in the same
/// order whatever the cut.
package struct TokenLinear: Sendable {
  /// Channels in.
  package var inputs: Int { matrix.depth }
  /// Channels out.
  package var outputs: Int { matrix.rows }

  let matrix: StreamedMatrix
  private let bias: FloatStorage?

  /// - Parameter bias: a value for each row; nil is none.
  package init(_ matrix: StreamedMatrix, bias: [Float]? = nil) {
    precondition(
      bias.map { $0.count == matrix.rows } ?? true, "bias must have a value for each row")
    self.matrix = matrix
    self.bias = bias.map {
      FloatStorage($0 + Array(repeating: 0, count: matrix.tiles * Tile.rows - $0.count))
    }
  }

  /// Tiles of weights of a job, and panels of tokens.
  static let (tilesOfJob, panelsOfJob) = (8, 8)
  /// The most terms of a sum between two cuts: a panel cut so is 295 kB.
  static let termsOfCut = 1536

  /// Hands each tile `[8][48]` of the result to `finish`, with its bias: 8 channels of one panel's tokens.
  ///
  /// Columns of tokens that do not exist hold the bias.
  ///
  /// - Parameter finish: called once for each tile and panel, in any order and on any thread.
  func tiles(
    _ input: TokenPanels, workers: Workers,
    _ finish: (_ tile: MutableFloats, _ index: Int, _ panel: Int) -> Void
  ) {
    precondition(input.channels == inputs, "input must have the layer's channels")
    let groups = (input.count + TokenLinear.panelsOfJob - 1) / TokenLinear.panelsOfJob
    let chunks = (matrix.tiles + TokenLinear.tilesOfJob - 1) / TokenLinear.tilesOfJob
    workers.run(chunks * groups) { job, scratch in
      let tile = job / groups &* TokenLinear.tilesOfJob
      let panel = job % groups &* TokenLinear.panelsOfJob
      multiply(
        input, tiles: tile..<min(tile &+ TokenLinear.tilesOfJob, matrix.tiles),
        panels: panel..<min(panel &+ TokenLinear.panelsOfJob, input.count),
        scratch, finish)
    }
  }

  private func multiply(
    _ input: TokenPanels, tiles: Range<Int>, panels: Range<Int>, _ scratch: Scratch,
    _ finish: (_ tile: MutableFloats, _ index: Int, _ panel: Int) -> Void
  ) {
    var scratch = scratch
    let sums = scratch.take(TokenLinear.tilesOfJob &* TokenLinear.panelsOfJob &* Tile.count)
    let wide = scratch.take(
      TokenLinear.tilesOfJob &* (TokenLinear.termsOfCut &+ 2) &* Tile.rows)
    let wideStride = (TokenLinear.termsOfCut &+ 2) &* Tile.rows
    let cuts = max(1, (inputs &+ TokenLinear.termsOfCut &- 1) / TokenLinear.termsOfCut)
    for cut in 0..<cuts {
      let terms = inputs &* cut / cuts..<inputs &* (cut &+ 1) / cuts
      for panel in panels {
        let rows = Floats(input.panel(panel)) + terms.lowerBound &* Tile.columns
        for index in tiles {
          let room = wide + (index &- tiles.lowerBound) &* wideStride
          // Widened for the first panel, the weights stand in the scratch memory for the others.
          let weights =
            panel == panels.lowerBound || matrix.format == .f32
            ? matrix.tile(index, terms: terms, widenedInto: room) : Floats(room)
          let slot = (index &- tiles.lowerBound) &* panels.count &+ panel &- panels.lowerBound
          let tile = sums + slot &* Tile.count
          multiplyTile(
            weights, panel: rows, depth: terms.count, columns: input.valid(panel: panel),
            into: tile, accumulate: cut > 0)
          if cut &+ 1 == cuts {
            addBias(tile, index)
            finish(tile, index, panel)
          }
        }
      }
    }
  }

  @inline(__always) private func addBias(_ tile: MutableFloats, _ index: Int) {
    guard let bias else { return }
    for row in 0..<Tile.rows {
      let offset = Lanes(repeating: bias.base[index &* Tile.rows &+ row])
      for column in stride(from: row &* Tile.columns, to: (row &+ 1) &* Tile.columns, by: 16) {
        tile.store(tile.lanes(column) + offset, column)
      }
    }
  }
}
