import Checkpoints
internal import Glibc
import Tensors

/// Attention with normalised queries and keys, of the frames to themselves or to the text.
///
/// Reference: `Attention` in transformer.py.
struct NormalizedAttention {
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
    _ weights: Weights, sizes: LayerSizes, isCross: Bool = false, numerics: Numerics,
    workers: Workers
  ) throws {
    let (width, heads) = (sizes.width, sizes.heads)
    func rows(_ name: String) throws -> StoredRows {
      try weights[name].rows("weight", shape: [width, width])
    }
    let row: ((Int, Int) -> Int)? = sizes.interleavesHeads ? { $1 * heads.count + $0 } : nil
    func project(_ parts: [StoredRows]) -> Linear {
      Linear(
        Matrix(
          parts, rows: heads.order(parts: parts.count, row), numerics: numerics, workers: workers))
    }
    func norm(_ name: String, scale: Float = 1) throws -> HeadNorm {
      HeadNorm(
        weight: try weights[name].floats("weight", shape: [heads.width]), scale: scale,
        epsilon: sizes.epsilon)
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
