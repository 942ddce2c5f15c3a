internal import APCore
import Checkpoints
import Tensors

/// Some layers on a grid, and a fourth of the tokens with twice the channels behind them.
///
/// Reference: `BasicLayer` and `PatchMerging` in htsat.py.
struct SwinStage {
  private let blocks: [SwinBlock]
  /// Four tokens to one; nil behind the last stage.
  private let reduction: Linear?
  private let grid: Int
  private let heads: Heads
  private let precision: NumberFormat

  /// - Parameters:
  ///   - weights: at `layers.N`.
  ///   - grid: tokens of the grid's side.
  init(
    _ weights: Weights, width: Int, depth: Int, grid: Int, isLast: Bool, numerics: Numerics
  ) throws {
    self.grid = grid
    precision = numerics.multiplied
    let first = weights["blocks"][0]["attn"]
    let count = try first.size(1, of: "relative_position_bias_table")
    guard width % count == 0 else {
      throw FilterError(
        .misshapedTensor,
        "The biases in \(first.path) are of \(count) heads, among which \(width) channels cannot be divided.",
        advice: "The file is not a checkpoint of this model.")
    }
    let heads = Heads(count: count, width: width / count)
    self.heads = heads
    blocks = try (0..<depth).map { index in
      try SwinBlock(
        weights["blocks"][index], width: width, heads: heads, grid: grid,
        isShifted: index % 2 == 1 && grid > SwinWindows.side, numerics: numerics)
    }
    let downsample = weights["downsample"]
    reduction =
      isLast
      ? nil
      : Linear(
        weight: try downsample["reduction"].floats("weight", shape: [2 * width, 4 * width]),
        bias: Array(repeating: 0, count: 2 * width),
        norm: try downsample["norm"].affine([4 * width]), numerics: numerics)
  }

  /// - Parameters:
  ///   - tokens: [C, rows · columns], overwritten.
  ///   - probe: sees each layer, behind the name of the stage.
  /// - Returns: what the next stage takes.
  func callAsFunction(
    _ tokens: TokenPanels, _ probe: Probe?, stage: String, workers: Workers
  ) -> TokenPanels {
    let windowed = TokenPanels(
      channels: tokens.channels, groups: tokens.tokens / SwinWindows.tokens,
      tokens: SwinWindows.tokens)
    let inputs = AttentionInputs(
      queries: windowed, keys: windowed, heads: heads, precision: precision, perGroup: true)
    for (index, block) in blocks.enumerated() {
      block(tokens, tokens: windowed, inputs: inputs, workers: workers)
      probe?.show("\(stage).block\(index)", tokens)
    }
    guard let reduction else { return tokens }
    let half = grid / 2
    let output = TokenPanels(channels: reduction.outputs, groups: 1, tokens: half * half)
    workers.withTokens(channels: reduction.inputs, like: output) { merged in
      // Even row and even column, odd and even, even and odd, odd and odd.
      for quarter in 0..<4 {
        merged.copy(
          tokens: (0..<half * half).map { token in
            (2 * (token / half) + quarter % 2) * grid + 2 * (token % half) + quarter / 2
          }, of: tokens, toChannelsFrom: quarter * tokens.channels, workers: workers)
      }
      merged.layerNormalize(into: merged, workers: workers)
      reduction(merged, into: output, workers: workers)
    }
    return output
  }
}
