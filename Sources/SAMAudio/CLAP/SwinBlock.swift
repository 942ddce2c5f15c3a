import Checkpoints
import Tensors

/// A layer of a Swin transformer: attention within windows, and a feed-forward layer.
///
/// Reference: `SwinTransformerBlock` in htsat.py. The LayerNorms' factors and 1/√d are folded into the weights.
struct SwinBlock {
  private let windows: SwinWindows
  private let bias: RelativeBias
  /// Queries, keys and values, one below the other.
  private let qkv: Linear
  private let proj: Linear
  private let feedForward: FeedForward

  /// - Parameters:
  ///   - weights: at `layers.N.blocks.M`.
  ///   - grid: tokens of the grid's side.
  init(
    _ weights: Weights, width: Int, heads: Heads, grid: Int, isShifted: Bool, numerics: Numerics
  ) throws {
    let attention = weights["attn"]
    let reach = 2 * SwinWindows.side - 1
    let table = try attention.floats(
      "relative_position_bias_table", shape: [reach * reach, heads.count])
    windows = SwinWindows(grid: grid, isShifted: isShifted)
    bias = windows.bias(table, heads: heads.count)

    let (weight, shift) = try attention["qkv"].affine([3 * width, width])
    let scale = 1 / Float(heads.width).squareRoot()
    qkv = Linear(
      weight: weight, bias: shift, norm: try weights["norm1"].affine([width]),
      scale: (0..<3 * width).map { $0 < width ? scale : 1 }, rows: heads.order(parts: 3),
      numerics: numerics)
    let out = try attention["proj"].affine([width, width])
    proj = Linear(
      weight: out.weight, bias: out.bias, columns: heads.order(), numerics: numerics)
    let first = try weights["mlp"]["fc1"].affine([4 * width, width])
    let second = try weights["mlp"]["fc2"].affine([width, 4 * width])
    feedForward = FeedForward(
      up: Linear(
        weight: first.weight, bias: first.bias, norm: try weights["norm2"].affine([width]),
        activation: .gelu, numerics: numerics),
      down: Linear(weight: second.weight, bias: second.bias, numerics: numerics))
  }

  /// Applies the layer in place.
  ///
  /// - Parameters:
  ///   - grid: [C, rows · columns].
  ///   - tokens: room for the grid's tokens in windows, [C] a group of 64.
  ///   - inputs: memory of their attention.
  func callAsFunction(
    _ grid: TokenPanels, tokens: TokenPanels, inputs: AttentionInputs, workers: Workers
  ) {
    workers.withTokens(channels: grid.channels, like: grid) { normalized in
      grid.layerNormalize(into: normalized, workers: workers)
      tokens.copy(tokens: windows.tokens, of: normalized, workers: workers)
      inputs.project([.queries(), .keys(), .values], qkv, tokens, workers: workers)
      workers.withTokens(channels: proj.inputs, like: tokens) { attended in
        inputs.attend(bias: bias, into: attended, workers: workers)
        proj(attended, into: tokens, workers: workers)
      }
      grid.add(tokens: windows.places, of: tokens, workers: workers)

      grid.layerNormalize(into: normalized, workers: workers)
      feedForward.add(normalized, to: grid, workers: workers)
    }
  }
}
