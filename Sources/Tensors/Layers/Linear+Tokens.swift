/// A linear layer over all tokens, for weights far larger than a cache.
///
/// A job is some tiles of weights by some panels of tokens, so that a weight comes from memory once for those
/// panels and from the cache for each but the first. Long sums are cut: then the cut panel stays in the
/// second-level cache together with the weights. Neither changes a result: a sum's terms are added in the same
/// order whatever the cut.
extension Linear {
  /// Tiles of weights of a job, and panels of tokens.
  private static let (tilesOfJob, panelsOfJob) = (8, 8)
  /// The most words of a sum between two cuts: a panel cut so is 295 kB.
  private static let wordsOfCut = 1536

  /// `output = activation(W·input + b)`; not in place.
  package func callAsFunction(_ input: TokenPanels, into output: TokenPanels, workers: Workers) {
    check(input, output)
    tiles(input, workers: workers) { tile, index, panel in
      store(tile, index, into: output.panel(panel))
    }
  }

  /// `output += gate ⊙ (W·input + b)`.
  ///
  /// - Parameter gate: a factor for each output; nil is 1.
  package func add(
    _ input: TokenPanels, to output: TokenPanels, gate: Floats? = nil, workers: Workers
  ) {
    precondition(activation == .none, "activations are not added up")
    check(input, output)
    tiles(input, workers: workers) { tile, index, panel in
      add(tile, index, to: output.panel(panel), gate: gate)
    }
  }

  /// Hands each tile `[8][48]` of the sums to `finish`, with its bias: 8 channels of one panel's tokens.
  ///
  /// Columns of tokens that do not exist hold the bias; of int8, also what their least values make.
  ///
  /// - Parameter finish: called once for each tile and panel, in any order and on any thread.
  func tiles(
    _ input: TokenPanels, workers: Workers,
    _ finish: (_ tile: MutableFloats, _ index: Int, _ panel: Int) -> Void
  ) {
    precondition(input.channels == inputs, "input must have the layer's channels")
    guard matrix.multiplied != .f32 else {
      return tiles(words: input, workers: workers, finish)
    }
    workers.withTokens(channels: matrix.multiplied.rows(inputs), like: input) { words in
      workers.run(input.count) {
        matrix.multiplied.panel(
          input[$0], channels: inputs, into: words[$0])
      }
      tiles(words: words, workers: workers, finish)
    }
  }

  private func tiles(
    words: TokenPanels, workers: Workers,
    _ finish: (_ tile: MutableFloats, _ index: Int, _ panel: Int) -> Void
  ) {
    let groups = (words.count + Linear.panelsOfJob - 1) / Linear.panelsOfJob
    let chunks = (matrix.tiles + Linear.tilesOfJob - 1) / Linear.tilesOfJob
    workers.run(chunks * groups) { job, scratch in
      let tile = job / groups &* Linear.tilesOfJob
      let panel = job % groups &* Linear.panelsOfJob
      multiply(
        words, tiles: tile..<min(tile &+ Linear.tilesOfJob, matrix.tiles),
        panels: panel..<min(panel &+ Linear.panelsOfJob, words.count), scratch, finish)
    }
  }

  private func multiply(
    _ input: TokenPanels, tiles: Range<Int>, panels: Range<Int>, _ scratch: Scratch,
    _ finish: (_ tile: MutableFloats, _ index: Int, _ panel: Int) -> Void
  ) {
    var scratch = scratch
    let rooms = tiles.map { _ in matrix.room(&scratch, words: Linear.wordsOfCut) }
    let depth = matrix.depth
    let cuts = max(1, (depth &+ Linear.wordsOfCut &- 1) / Linear.wordsOfCut)
    // Sums that are not cut leave at once, and need not be kept apart.
    let slots = cuts > 1 ? tiles.count &* panels.count : 1
    let sums = scratch.take(slots &* Tile.count)
    for cut in 0..<cuts {
      let words = depth &* cut / cuts..<depth &* (cut &+ 1) / cuts
      for panel in panels {
        let rows = Floats(input.panel(panel)) + words.lowerBound &* Tile.columns
        for index in tiles {
          let room = rooms[index &- tiles.lowerBound]
          // Widened for the first panel, the weights stand in their room for the others.
          let weights: Floats
          if let room, panel != panels.lowerBound {
            weights = Floats(room)
          } else {
            weights = matrix.tile(index, words, room)
          }
          let slot = (index &- tiles.lowerBound) &* panels.count &+ panel &- panels.lowerBound
          let tile = sums + slot % slots &* Tile.count
          multiplyTile(
            weights, panel: rows, depth: words.count, columns: input.valid(panel: panel),
            precision: matrix.multiplied, into: tile, accumulate: cut > 0)
          if cut &+ 1 == cuts {
            complete(tile, index, words: input.panel(panel))
            finish(tile, index, panel)
          }
        }
      }
    }
  }

  private func check(_ input: TokenPanels, _ output: TokenPanels) {
    precondition(
      output.channels == outputs && output.count == input.count,
      "output must have the layer's channels and the input's tokens")
  }
}
