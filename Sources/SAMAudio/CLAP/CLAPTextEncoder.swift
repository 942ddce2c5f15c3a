internal import APCore
import Checkpoints
import Tensors

/// CLAP's text branch: a prompt as a vector of length 1.
///
/// Reference: `RobertaModel` in transformers' modeling_roberta.py; Liu and others, RoBERTa: A Robustly Optimized BERT
/// Pretraining Approach (2019).
struct CLAPTextEncoder {
  private let config: RobertaConfig
  /// [tokens of the vocabulary, D], where they lie in the file.
  private let words: StoredRows
  private let positions: StoredRows
  /// What is added to each token: there is only one type of them.
  private let type: [Float]
  private let norm: NormFactors
  private let layers: [RobertaLayer]
  private let pooler: Linear
  private let projection: CLAPProjection
  private let precision: NumberFormat
  private let workers: Workers

  /// Packs the weights, layers on all threads.
  ///
  /// - Parameters:
  ///   - weights: the checkpoint's root.
  ///   - numerics: how weights are stored and what is multiplied.
  ///   - workers: the threads that share the work.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  init(_ weights: Weights, config: RobertaConfig, numerics: Numerics, workers: Workers) throws {
    let (branch, width) = (weights["text_branch"], config.hiddenSize)
    let embeddings = branch["embeddings"]
    self.config = config
    self.workers = workers
    precision = numerics.multiplied
    words = try embeddings["word_embeddings"].rows("weight", shape: [config.vocabSize, width])
    positions = try embeddings["position_embeddings"].rows(
      "weight", shape: [config.maxPositionEmbeddings, width])
    type = try embeddings["token_type_embeddings"].floats("weight", shape: [1, width])
    norm = NormFactors(try embeddings["LayerNorm"].affine([width]))
    layers = try workers.map(config.numHiddenLayers) { index in
      try RobertaLayer(branch["encoder"]["layer"][index], config: config, numerics: numerics)
    }
    let dense = try branch["pooler"]["dense"].affine([width, width])
    pooler = Linear(
      weight: dense.weight, bias: dense.bias, activation: .tanh, numerics: numerics)
    projection = try CLAPProjection(
      weights["text_projection"], inputs: width, numerics: numerics)
    try branch.finish()
    try weights["text_projection"].finish()
  }

  /// The vector of a prompt.
  ///
  /// - Parameter ids: from 1 to `RobertaConfig.maxTokens` tokens, each below `vocabSize`.
  func callAsFunction(_ ids: [Int], probe: Probe? = nil) -> [Float] {
    precondition(
      1...RobertaConfig.maxTokens ~= ids.count
        && ids.allSatisfy { (0..<config.vocabSize).contains($0) },
      "ids must be those of the vocabulary")
    let width = config.hiddenSize
    let tokens = TokenPanels(channels: width, groups: 1, tokens: ids.count)
    let places = ids.indices.map { $0 + RobertaConfig.firstPosition }
    tokens.copy(
      tokens: zip(words.embeddings(of: ids), positions.embeddings(of: places)).map { $0 + $1 },
      workers: workers)  // [D, S]
    tokens.addRows([type], index: Array(repeating: 0, count: ids.count), workers: workers)
    let epsilon = Float(config.layerNormEps)
    norm.layerNormalize(tokens, epsilon: epsilon, workers: workers)
    let inputs = AttentionInputs(
      queries: tokens, keys: tokens, heads: config.heads, precision: precision)
    for layer in layers { layer(tokens, inputs, workers: workers) }

    // What the first token, which stands for all of them, has become.
    let (first, pooled) = (
      TokenPanels(channels: width, groups: 1, tokens: 1),
      TokenPanels(channels: width, groups: 1, tokens: 1)
    )
    first.copy(tokens: [0], of: tokens, workers: workers)
    pooler(first, into: pooled, workers: workers)
    probe?.show("pooled", pooled)
    return projection(pooled.tokenMajor(workers: workers), workers: workers)
  }
}
