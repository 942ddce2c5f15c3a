import Checkpoints
internal import Glibc
import Tensors

/// One layer of one branch of a norm-first transformer: attention, feed-forward, and a GroupNorm(1) of the result.
///
/// Reference: `MyTransformerEncoderLayer` and `CrossTransformerEncoderLayer` in transformer.py. In a
/// cross layer the keys and values come from the other branch's tokens. The LayerNorms' factors, 1/√d and the
/// LayerScales are folded into the weights.
struct TransformerLayer {
  let heads: Heads
  let queries: Linear
  let keys: Linear
  let values: Linear
  /// Of the GroupNorm at the end.
  let norm: Affine
  /// What the linear layers multiply.
  let precision: NumberFormat

  private let output: Linear
  private let up: Linear
  private let down: Linear

  /// - Parameters:
  ///   - weights: at `layers.N` or `layers_t.N`.
  ///   - isCross: whether the layer attends to the other branch.
  init(
    _ weights: Weights, channels: Int, hidden: Int, heads: Heads, isCross: Bool,
    numerics: Numerics
  ) throws {
    self.heads = heads
    precision = numerics.multiplied
    let attention = weights[isCross ? "cross_attn" : "self_attn"]
    let projection = try attention.floats("in_proj_weight", shape: [3 * channels, channels])
    let projectionBias = try attention.floats("in_proj_bias", shape: [3 * channels])
    func project(_ part: Int, norm: Affine, scale: Float = 1) -> Linear {
      let rows = part * channels..<(part + 1) * channels
      return Linear(
        weight: Array(projection[rows.lowerBound * channels..<rows.upperBound * channels]),
        bias: Array(projectionBias[rows]), norm: norm,
        scale: Array(repeating: scale, count: channels), rows: heads.order(), numerics: numerics)
    }
    let queryNorm = try weights["norm1"].affine([channels])
    // In a cross layer the keys' tokens have a norm of their own, and so the feed-forward's is the third.
    let keyNorm = isCross ? try weights["norm2"].affine([channels]) : queryNorm
    queries = project(0, norm: queryNorm, scale: 1 / Float(heads.width).squareRoot())
    keys = project(1, norm: keyNorm)
    values = project(2, norm: keyNorm)

    let out = try attention["out_proj"].affine([channels, channels])
    output = Linear(
      weight: out.weight, bias: out.bias,
      scale: try weights["gamma_1"].floats("scale", shape: [channels]), columns: heads.order(),
      numerics: numerics)
    let first = try weights["linear1"].affine([hidden, channels])
    up = Linear(
      weight: first.weight, bias: first.bias,
      norm: try weights[isCross ? "norm3" : "norm2"].affine([channels]), activation: .gelu,
      numerics: numerics)
    let second = try weights["linear2"].affine([channels, hidden])
    down = Linear(
      weight: second.weight, bias: second.bias,
      scale: try weights["gamma_2"].floats("scale", shape: [channels]), numerics: numerics)
    norm = try weights["norm_out"].affine([channels])
  }

  /// x += LayerScale(W·attention), x += LayerScale(feed-forward(LayerNorm(x))) for one panel.
  ///
  /// - Returns: the moments of the tokens that exist.
  func finish(
    _ tokens: TokenPanels, _ panel: Int, attended: TokenPanels, _ scratch: Scratch
  ) -> Moments {
    var scratch = scratch
    let (x, channels) = (tokens[panel], tokens.channels)
    let normalized = scratch.panel(max(channels, attended.channels), or: precision)
    let hidden = scratch.panel(up.outputs, or: precision)
    output.add(
      precision.panel(attended[panel], channels: attended.channels, into: normalized), to: x,
      scratch)
    LayerNorm.normalize(x, into: normalized, channels: channels)
    let words = precision.panel(normalized, channels: channels, into: normalized)
    up(words, into: hidden, words: precision, scratch)
    down.add(hidden, to: x, scratch)
    return tokens.moments(panel: panel)
  }
}
