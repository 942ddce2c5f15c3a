import Checkpoints
internal import Glibc
import Tensors

extension TransformerLayer {
  /// - Parameters:
  ///   - weights: at `layers.N` or `layers_t.N`.
  ///   - isCross: whether the layer attends to the other branch.
  init(_ weights: Weights, config: HTDemucsConfig, isCross: Bool, precision: Precision) throws {
    let channels = config.transformerChannels
    let hidden = config.transformerHidden
    func affine(_ weights: Weights, _ shape: [Int]) throws -> (weight: [Float], bias: [Float]) {
      (
        try weights.floats("weight", shape: shape),
        try weights.floats("bias", shape: [shape[0]])
      )
    }
    let attention = weights[isCross ? "cross_attn" : "self_attn"]
    let projection = try attention.floats("in_proj_weight", shape: [3 * channels, channels])
    let projectionBias = try attention.floats("in_proj_bias", shape: [3 * channels])
    let norm = try affine(weights["norm1"], [channels])
    // What is looked up has a norm of its own in a cross layer, and so the feed-forward moves to the third.
    let keyNorm = isCross ? try affine(weights["norm2"], [channels]) : norm
    let feedForwardNorm = try affine(weights[isCross ? "norm3" : "norm2"], [channels])
    func project(
      _ part: Int, norm: (weight: [Float], bias: [Float]), scale: Float = 1
    ) -> Linear {
      Linear(
        weight: Array(projection[part * channels * channels..<(part + 1) * channels * channels]),
        bias: Array(projectionBias[part * channels..<(part + 1) * channels]), norm: norm,
        scale: Array(repeating: scale, count: channels), precision: precision)
    }
    let output = try affine(attention["out_proj"], [channels, channels])
    let widen = try affine(weights["linear1"], [hidden, channels])
    let narrow = try affine(weights["linear2"], [channels, hidden])
    self.init(
      queries: project(
        0, norm: norm, scale: 1 / Float(channels / config.tHeads).squareRoot()),
      keys: project(1, norm: keyNorm), values: project(2, norm: keyNorm),
      output: Linear(
        weight: output.weight, bias: output.bias,
        scale: try weights["gamma_1"].floats("scale", shape: [channels]), precision: precision),
      widen: Linear(
        weight: widen.weight, bias: widen.bias, norm: feedForwardNorm, precision: precision),
      narrow: Linear(
        weight: narrow.weight, bias: narrow.bias,
        scale: try weights["gamma_2"].floats("scale", shape: [channels]), precision: precision),
      norm: try affine(weights["norm_out"], [channels]), heads: config.tHeads)
  }
}
