import Checkpoints
import Tensors

/// What the network knows of a time, once for each: nothing of it depends on the sound or the text.
struct TimeFeatures: Sendable {
  /// The embedding itself, [D]: for the last layer.
  let embedding: [Float]
  /// Six shifts, scales and gates, [6, D], to which each layer adds its own.
  let modulation: [Float]
  /// The time's sinusoids, [D], which are added to each token of the text.
  let sinusoids: [Float]
}

/// `t_embedder` and `t_block`.
struct TimeEmbedding {
  private let width: Int
  private let frequencies: Int
  private let projection: FeedForward
  private let block: Linear

  /// - Parameter weights: at `transformer`.
  init(
    _ weights: Weights, config: TransformerConfig, numerics: Numerics, workers: Workers
  ) throws {
    width = config.dim
    frequencies = config.frequencyEmbeddingDim
    projection = try FeedForward(
      weights["t_embedder"]["projection"], inputs: frequencies, hidden: width, outputs: width,
      numerics: numerics, workers: workers)
    block = Linear(
      Matrix(
        [try weights["t_block"].rows("weight", shape: [6 * width, width])], numerics: numerics,
        workers: workers), bias: try weights["t_block"].floats("bias", shape: [6 * width]))
  }

  /// The features of some times; computed together they cost little more than those of one.
  func callAsFunction(_ times: [Float], workers: Workers) -> [TimeFeatures] {
    func panels(_ channels: Int) -> TokenPanels {
      TokenPanels(channels: channels, groups: 1, tokens: times.count)
    }
    let sinusoids = panels(frequencies)
    sinusoids.copy(
      tokens: times.flatMap { Sinusoids.values($0, width: frequencies) }, workers: workers)
    let (hidden, embedding, modulation) = (panels(width), panels(width), panels(6 * width))
    projection(sinusoids, into: embedding, workers: workers)
    hidden.copy(embedding, workers: workers)
    hidden.activate(.silu, workers: workers)
    block(hidden, into: modulation, workers: workers)
    let embeddings = embedding.tokenMajor(workers: workers)
    let modulations = modulation.tokenMajor(workers: workers)
    return times.indices.map { index in
      TimeFeatures(
        embedding: Array(embeddings[index * width..<(index + 1) * width]),
        modulation: Array(modulations[6 * index * width..<6 * (index + 1) * width]),
        sinusoids: Sinusoids.values(times[index], width: width))
    }
  }
}
