import APCore
import Checkpoints
import Tensors

/// The first layers of ModernBERT: what it makes of a whole text.
///
/// Reference: `ModernBertModel` in transformers; Warner and others, Smarter, Better, Faster, Longer (2024).
struct ModernBERT {
  private let config: ModernBERTConfig
  /// [tokens of the vocabulary, D], where they lie in the file.
  private let embedding: StoredRows
  private let norm: FloatStorage
  private let layers: [ModernBERTLayer]
  private let precision: NumberFormat
  private let workers: Workers

  /// Whether a tensor is used where so many layers run; those after them and the last norm are not.
  ///
  /// - Parameter name: as under `text_model`.
  static func uses(_ name: Substring, layers: Int) -> Bool {
    let parts = name.split(separator: ".")
    guard parts.first == "layers", parts.count > 1 else { return parts.first != "final_norm" }
    return Int(parts[1]).map { $0 < layers } ?? true
  }

  /// Packs the weights tensor by tensor.
  ///
  /// - Parameters:
  ///   - weights: at `text_model`.
  ///   - count: layers that run.
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  init(
    _ weights: Weights, config: ModernBERTConfig, layers count: Int, numerics: Numerics,
    workers: Workers
  ) throws {
    self.config = config
    self.workers = workers
    precision = numerics.multiplied
    let width = config.hiddenSize
    embedding = try weights["embeddings"]["tok_embeddings"].rows(
      "weight", shape: [config.vocabSize, width])
    // All rows were looked at; a few of them are read again.
    embedding.releasePages()
    norm = FloatStorage(try weights["embeddings"]["norm"].floats("weight", shape: [width]))
    layers = try (0..<count).map { index in
      try ModernBERTLayer(
        weights["layers"][index], config: config, isFirst: index == 0, numerics: numerics,
        workers: workers)
    }
  }

  /// The first token's state after the last layer that runs, not normalised: [D].
  ///
  /// - Parameters:
  ///   - tokens: at least one, each below `vocabSize`.
  ///   - probe: sees each state, [S, D].
  func callAsFunction(_ tokens: [Int], _ probe: Probe? = nil) -> [Float] {
    let (count, width) = (tokens.count, config.hiddenSize)
    precondition(count > 0, "there must be a token")
    let states = TokenPanels(channels: width, groups: 1, tokens: count)
    states.copy(tokens: embedding.embeddings(of: tokens), workers: workers)  // [D, S]
    states.layerNormalize(
      into: states, scale: Floats(norm.base), epsilon: Float(config.normEps), workers: workers)
    probe?.show("text0", states)
    let inputs = AttentionInputs(
      queries: states, keys: states, heads: config.heads, precision: precision)
    func rotation(_ theta: Double) -> RotaryTable {
      RotaryTable(width: config.heads.width, tokens: count, theta: theta, workers: workers)
    }
    let (global, local) = (rotation(config.globalRopeTheta), rotation(config.localRopeTheta))
    let bias = nearness(count)
    for (index, layer) in layers.enumerated() {
      let isGlobal = config.attendsToAll[index]
      layer(
        states, inputs, rotation: isGlobal ? global : local, bias: isGlobal ? nil : bias,
        workers: workers)
      probe?.show("text\(index + 1)", states)
    }
    return Array(states.tokenMajor(workers: workers)[..<width])
  }

  /// What keeps tokens apart that do not see each other; nil where all do.
  private func nearness(_ tokens: Int) -> RelativeBias? {
    guard tokens > config.reach + 1 else { return nil }
    // Not infinite: the difference of two such scores is a number.
    return RelativeBias(heads: config.numAttentionHeads, tokens: tokens) { _, distance in
      abs(distance) <= config.reach ? 0 : -1e30
    }
  }
}
