import Demucs

/// What a stage of the network takes at least.
struct StageCost: Sendable {
  /// Multiplications and additions.
  var operations: Double
  /// Bytes that must come from memory or go there, if nothing between a layer's input and output does:
  /// both of these, and the weights, as float32.
  var bytes: Double

  fileprivate init(products: Int, values: Int) {
    operations = Double(2 * products)
    bytes = Double(4 * values)
  }
}

extension HTDemucsConfig {
  /// The cost of each stage of a segment, by the stages' names in a `Probe`.
  var costs: [String: StageCost] {
    var result: [String: StageCost] = [:]
    for layer in 0..<depth {
      let isLast = layer == 0
      let stems = sources.count * audioChannels
      let inner = isLast ? 0 : channels(layer - 1)
      let places = [frequencyBins(layer) * segmentSpectra, timeFrames(layer)]
      let fewer = [frequencyBins(layer + 1) * segmentSpectra, timeFrames(layer + 1)]
      let inputs = [channelsIn(layer), timeChannelsIn(layer)]
      let outputs = isLast ? [2 * stems, stems] : [inner, inner]
      for (branch, prefix) in ["", "t"].enumerated() {
        result["\(prefix)encoder.\(layer)"] = cost(
          layer, inputs[branch], outer: places[branch], inner: fewer[branch], rewriteTaps: 1)
        result["\(prefix)decoder.\(depth - 1 - layer)"] = cost(
          layer, outputs[branch], outer: places[branch], inner: fewer[branch],
          rewriteTaps: branch == 0 ? 9 : 3)
      }
    }
    result["crosstransformer"] = transformerCost
    return result
  }

  /// A convolution between `other` channels at `outer` places and the layer's at `inner` places, the
  /// residual branches, and the rewrite.
  private func cost(
    _ layer: Int, _ other: Int, outer: Int, inner: Int, rewriteTaps: Int
  ) -> StageCost {
    let width = channels(layer)
    let weights =
      width * other * Self.kernelSize + dconvDepth * dconvHidden(width) * 5 * width
      + 2 * width * width * rewriteTaps
    return StageCost(
      products: inner * weights, values: outer * other + inner * width + weights)
  }

  private var transformerCost: StageCost {
    let tokens = [frequencyBins(depth) * segmentSpectra, timeFrames(depth)]
    let width = transformerChannels
    let way = bottomChannels == 0 ? 0 : 2 * channels(depth - 1) * width
    let (attention, feedForward) = (4 * width * width, 2 * width * transformerHidden)
    let all = tokens[0] + tokens[1]
    var products = way * all
    for layer in 0..<tLayers {
      for (own, other) in [(tokens[0], tokens[1]), (tokens[1], tokens[0])] {
        let keys = layer % 2 == 1 ? other : own
        products += (own + keys) * attention / 2 + 2 * own * keys * width + own * feedForward
      }
    }
    return StageCost(
      products: products,
      values: 2 * (way + tLayers * (attention + feedForward + all * width)))
  }
}
