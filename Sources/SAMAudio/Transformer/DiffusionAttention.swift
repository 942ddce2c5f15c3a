import Checkpoints
internal import Glibc
import Tensors

/// Attention with normalised queries and keys, of the frames to themselves or to the text.
///
/// Reference: `Attention` in transformer.py.
struct DiffusionAttention {
  private let heads: Int
  /// Of what asks: all three parts where the frames attend to themselves.
  private let asking: TokenLinear
  /// Keys and values of what else is looked up.
  private let lookedUp: TokenLinear?
  private let queryNorm: HeadNorm
  private let keyNorm: HeadNorm
  private let output: TokenLinear

  /// - Parameters:
  ///   - weights: at `attention` or `cross_attention`.
  ///   - isCross: whether something else than the asking tokens is looked up.
  init(
    _ weights: Weights, config: TransformerConfig, isCross: Bool, format: WeightFormat?,
    workers: Workers
  ) throws {
    let (width, heads, headDim) = (config.dim, config.nHeads, config.headDim)
    func rows(_ name: String) throws -> StoredRows {
      try weights[name].rows("weight", shape: [width, width])
    }
    // Channel e of head h is row e · heads + h of the stored projections; here heads are whole.
    func split(_ part: Int, _ row: Int) -> Int { row % headDim * heads + row / headDim }
    func norm(_ name: String, scale: Float = 1) throws -> HeadNorm {
      HeadNorm(
        weight: try weights[name].floats("weight", shape: [headDim]), scale: scale,
        epsilon: Float(config.normEps))
    }
    self.heads = heads
    let (q, k, v) = (try rows("wq"), try rows("wk"), try rows("wv"))
    if isCross {
      asking = TokenLinear(StreamedMatrix(q, format: format, workers: workers, source: split))
      lookedUp = TokenLinear(StreamedMatrix(k, v, format: format, workers: workers, source: split))
    } else {
      asking = TokenLinear(StreamedMatrix(q, k, v, format: format, workers: workers, source: split))
      lookedUp = nil
    }
    queryNorm = try norm("q_norm", scale: 1 / Float(headDim).squareRoot())
    keyNorm = try norm("k_norm")
    output = TokenLinear(StreamedMatrix(try rows("wo"), format: format, workers: workers))
  }

  /// `target += gate ⊙ W·attention(x, y)`.
  ///
  /// - Parameters:
  ///   - y: what is looked up: `x`, unless this is a cross attention.
  ///   - rotation: of queries and keys by their position; nil is none.
  ///   - attended: room for [D] of the asking tokens; it may be `x`, where that is not `target`.
  ///   - gate: a factor for each channel; nil is 1.
  func callAsFunction(
    _ x: TokenPanels, attendingTo y: TokenPanels, inputs: AttentionInputs, rotation: RotaryTable?,
    attended: TokenPanels, addedTo target: TokenPanels, gate: Floats?, _ memory: DiffusionMemory
  ) {
    let workers = memory.workers
    if let lookedUp {
      inputs.project([.queries], asking, x, workers: workers)
      inputs.project([.keys, .values], lookedUp, y, workers: workers)
    } else {
      inputs.project([.queries, .keys, .values], asking, x, workers: workers)
    }
    inputs.normalizeQueries(queryNorm, rotation: rotation, workers: workers)
    inputs.normalizeKeys(keyNorm, rotation: rotation, workers: workers)
    inputs.attend(heads: heads, into: attended, workers: workers)
    output.add(attended, to: target, gate: gate, workers: workers)
  }
}
