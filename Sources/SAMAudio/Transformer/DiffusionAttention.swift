import Checkpoints
internal import Glibc
import Tensors

/// Attention with normalised queries and keys, of the frames to themselves or to the text.
///
/// Reference: `Attention` in transformer.py.
struct DiffusionAttention {
  /// Of the queries' tokens: all three parts where the frames attend to themselves.
  private let own: Linear
  /// Keys and values of another sequence.
  private let other: Linear?
  private let queryNorm: HeadNorm
  private let keyNorm: HeadNorm
  private let output: Linear

  /// - Parameters:
  ///   - weights: at `attention` or `cross_attention`.
  ///   - isCross: whether keys and values are another sequence's.
  init(
    _ weights: Weights, config: TransformerConfig, isCross: Bool, numerics: Numerics,
    workers: Workers
  ) throws {
    let (width, heads) = (config.dim, config.heads)
    func rows(_ name: String) throws -> StoredRows {
      try weights[name].rows("weight", shape: [width, width])
    }
    // Channel e of head h is row e · heads + h of the stored projections; here heads are whole.
    func project(_ parts: [StoredRows]) -> Linear {
      Linear(
        Matrix(
          parts, rows: heads.order(parts: parts.count) { $1 * heads.count + $0 },
          numerics: numerics, workers: workers))
    }
    func norm(_ name: String, scale: Float = 1) throws -> HeadNorm {
      HeadNorm(
        weight: try weights[name].floats("weight", shape: [heads.width]), scale: scale,
        epsilon: Float(config.normEps))
    }
    let (q, k, v) = (try rows("wq"), try rows("wk"), try rows("wv"))
    own = project(isCross ? [q] : [q, k, v])
    other = isCross ? project([k, v]) : nil
    queryNorm = try norm("q_norm", scale: 1 / Float(heads.width).squareRoot())
    keyNorm = try norm("k_norm")
    output = Linear(
      Matrix(
        [try rows("wo")], columns: heads.order(), numerics: numerics, workers: workers))
  }

  /// `target += gate ⊙ W·attention(x, y)`.
  ///
  /// - Parameters:
  ///   - y: whose keys and values these are: those of `x`, unless this is a cross attention.
  ///   - rotation: of queries and keys by their position; nil is none.
  ///   - gate: a factor for each channel; nil is 1.
  func callAsFunction(
    _ x: TokenPanels, attendingTo y: TokenPanels, inputs: AttentionInputs, rotation: RotaryTable?,
    addedTo target: TokenPanels, gate: Floats?, workers: Workers
  ) {
    let queries = AttentionInputs.Part.queries(queryNorm, rotation)
    let keys = AttentionInputs.Part.keys(keyNorm, rotation)
    if let other {
      inputs.project([queries], own, x, workers: workers)
      inputs.project([keys, .values], other, y, workers: workers)
    } else {
      inputs.project([queries, keys, .values], own, x, workers: workers)
    }
    inputs.attend(through: output, addingTo: target, gate: gate, workers: workers)
  }
}
