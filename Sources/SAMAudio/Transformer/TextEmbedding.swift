import Checkpoints
import Tensors

/// What the layers attend to: the text's features with the time added, through a gated layer (`memory_proj` and
/// `y_embedder`).
struct TextEmbedding {
  private let projection: Linear
  private let embedder: FeedForward

  /// - Parameter weights: the checkpoint's root.
  init(_ weights: Weights, config: SAMAudioConfig, numerics: Numerics, workers: Workers) throws {
    let width = config.transformer.dim
    let proj = weights["memory_proj"]
    projection = Linear(
      Matrix(
        [try proj.rows("weight", shape: [width, config.textEncoder.dim])], numerics: numerics,
        workers: workers),
      bias: try proj.floats("bias", shape: [width]))
    embedder = try FeedForward(
      weights["transformer"]["y_embedder"]["projection"], inputs: width, hidden: width,
      outputs: width, numerics: numerics, workers: workers)
  }

  /// What stays the same for a text: its features at the network's width.
  func prepare(_ text: TextFeatures, _ activations: TextActivations, workers: Workers) {
    activations.features.copy(tokens: text.values, workers: workers)
    projection(activations.features, into: activations.projected, workers: workers)
  }

  /// Writes `embedded` for a time.
  ///
  /// - Parameter sinusoids: the time's, [D].
  func callAsFunction(
    _ sinusoids: [Float], _ activations: TextActivations, workers: Workers
  ) {
    activations.timed.copy(activations.projected, workers: workers)
    activations.timed.addRows(
      [sinusoids], index: Array(repeating: 0, count: activations.timed.tokens), workers: workers)
    embedder(activations.timed, into: activations.embedded, workers: workers)
  }
}
