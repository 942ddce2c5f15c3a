import APCore
import Checkpoints
import Tensors

/// A layer of the transformer: self-attention and a feed-forward layer, both modulated by the time, and between them
/// attention to the text.
///
/// Reference: `DiTBlock` in transformer.py.
struct DiffusionLayer {
  private let modulation: Modulation
  private let attention: NormalizedAttention
  private let crossAttention: NormalizedAttention
  private let feedForward: FeedForward

  /// - Parameter weights: at `transformer.layers.N`.
  init(
    _ weights: Weights, config: TransformerConfig, numerics: Numerics, workers: Workers
  ) throws {
    let width = config.dim
    modulation = try Modulation(
      weights, table: "scale_shift_table", rows: 6, norms: ["attention_norm", "ffn_norm"],
      config: config)
    attention = try NormalizedAttention(
      weights["attention"], sizes: config.layer, numerics: numerics, workers: workers)
    crossAttention = try NormalizedAttention(
      weights["cross_attention"], sizes: config.layer, isCross: true, numerics: numerics,
      workers: workers)
    feedForward = try FeedForward(
      weights["feed_forward"], inputs: width, hidden: config.ffnDim, outputs: width,
      numerics: numerics,
      workers: workers)
  }

  /// Applies the layer to `memory.frames`, in place.
  ///
  /// - Parameters:
  ///   - time: six shifts, scales and gates, [6, D].
  ///   - probe: sees each third of the layer, under the name of the stage.
  func callAsFunction(
    _ memory: DiffusionMemory, time: [Float], _ probe: Probe?, stage: String
  ) {
    let (activations, workers) = (memory.activations, memory.workers)
    let (frames, inner) = (activations.frames, activations.inner)
    // Rows: shift, scale and gate of the attention, then of the feed-forward layer.
    let rows = modulation(time, into: memory.modulation)

    frames.rmsNormalize(
      into: inner, scale: rows[1], shift: rows[0], epsilon: modulation.epsilon,
      workers: workers)
    attention(
      inner, attendingTo: inner, inputs: activations.attention, rotation: memory.rotation,
      addedTo: frames, gate: rows[2], workers: workers)
    probe?.show("\(stage).attention", frames)

    crossAttention(
      frames, attendingTo: activations.text.embedded, inputs: activations.crossAttention,
      rotation: nil,
      addedTo: frames, gate: nil, workers: workers)
    probe?.show("\(stage).cross_attention", frames)

    frames.rmsNormalize(
      into: inner, scale: rows[4], shift: rows[3], epsilon: modulation.epsilon,
      workers: workers)
    feedForward.add(inner, to: frames, gate: rows[5], workers: workers)
    probe?.show("\(stage).feed_forward", frames)
  }
}
