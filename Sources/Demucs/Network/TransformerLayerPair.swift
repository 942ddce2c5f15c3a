import Tensors

/// A layer of two branches side by side, each attending to itself or, crossed, to the other.
struct TransformerLayerPair {
  private let layers: [TransformerLayer]
  private let isCross: Bool

  /// - Parameter isCross: each branch attends to the other's tokens as they were before the layer.
  init(_ first: TransformerLayer, _ second: TransformerLayer, isCross: Bool) {
    layers = [first, second]
    self.isCross = isCross
  }

  var heads: Heads { layers[0].heads }

  /// Applies the layer in place.
  ///
  /// - Parameters:
  ///   - branches: the tokens of both.
  ///   - attention: what each branch attends with: its queries, and the keys and values that they meet.
  ///   - attended: room for each branch's result.
  func callAsFunction(
    _ branches: [TokenPanels], attention: [AttentionInputs], attended: [TokenPanels],
    workers: Workers
  ) {
    let panels = branches[0].count
    let total = panels + branches[1].count
    func locate(_ job: Int) -> (branch: Int, panel: Int) {
      job < panels ? (0, job) : (1, job - panels)
    }

    workers.run(total) { job, scratch in
      let (branch, panel) = locate(job)
      project(branches[branch], branch, panel, attention, scratch)
    }

    let heads = heads.count
    workers.run(total * heads) { job, scratch in
      let (branch, panel) = locate(job / heads)
      attention[branch].attend(
        head: job % heads, panel: panel, into: attended[branch], scratch)
    }

    let moments = workers.collect(total) { job, scratch in
      let (branch, panel) = locate(job)
      return layers[branch].finish(
        branches[branch], panel, attended: attended[branch], scratch)
    }
    let norms = [moments[..<panels], moments[panels...]].enumerated().map { branch, moments in
      let tokens = branches[branch]
      return moments.reduce(into: Moments()) { $0.add($1) }
        .normalization(count: tokens.channels * tokens.groups * tokens.tokens)
    }
    workers.run(total) { job, _ in
      let (branch, panel) = locate(job)
      let norm = layers[branch].norm
      branches[branch].normalize(
        panel: panel, norms[branch], weight: norm.weight, bias: norm.bias)
    }
  }

  /// Queries for the panel's own branch; keys and values for the branch that attends to it.
  private func project(
    _ tokens: TokenPanels, _ branch: Int, _ panel: Int, _ attention: [AttentionInputs],
    _ scratch: Scratch
  ) {
    var scratch = scratch
    let layer = layers[branch]
    let normalized = scratch.panel(tokens.channels, or: layer.precision)
    LayerNorm.normalize(tokens[panel], into: normalized, channels: tokens.channels)
    let words = layer.precision.panel(normalized, channels: tokens.channels, into: normalized)
    let reader = isCross ? 1 - branch : branch
    attention[branch].project(.queries(), layer.queries, words, panel: panel, scratch)
    attention[reader].project(.keys(), layers[reader].keys, words, panel: panel, scratch)
    attention[reader].project(.values, layers[reader].values, words, panel: panel, scratch)
  }
}
